package relay.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// Certificates and digests by OpenSSL.
class ChannelBindingTest {
    private static final String SIGNED_WITH_SHA_384 =
            """
            MIIBbTCCAROgAwIBAgIUOJRJeWLlzLqTAXYEsmg4/DHzNr4wCgYIKoZIzj0EAwMwDDEKMAgGA1UE
            AwwBYTAeFw0yNjExMjcwMjE2MThaFw0zNjExMjQwMjE2MThaMAwxCjAIBgNVBAMMAWEwWTATBgcq
            hkjOPQIBBggqhkjOPQMBBwNCAASw0jbAHG68wR0YWZEO9FAwYQCbgb8Tj4/QniT3xcA6Ox+xXOdw
            M6cifywskif2vg5z7iZ6sUoo2pCdK4ao5a46o1MwUTAdBgNVHQ4EFgQUQPkKRP5M9UOl0WD2v7d/
            HCqz5c0wHwYDVR0jBBgwFoAUQPkKRP5M9UOl0WD2v7d/HCqz5c0wDwYDVR0TAQH/BAUwAwEB/zAK
            BggqhkjOPQQDAwNIADBFAiEAv38tKA/YrB5NVNfMCy91pFhMIGf5Tb8EI0leVlQGI5cCIFDeAsse
            XrBU3fCvplW0P6wlmzKZNNwrB9SZ+6/JKFlJ
            """;

    private static final String SIGNED_WITH_SHA_1 =
            """
            MIIBbDCCARKgAwIBAgIUM4MVQwCFNsqPSi/d6uoH4Wr1hUgwCQYHKoZIzj0EATAMMQowCAYDVQQD
            DAFiMB4XDTI2MTEyNzAyMTYxOFoXDTM2MTEyNDAyMTYxOFowDDEKMAgGA1UEAwwBYjBZMBMGByqG
            SM49AgEGCCqGSM49AwEHA0IABLDSNsAcbrzBHRhZkQ70UDBhAJuBvxOPj9CeJPfFwDo7H7Fc53Az
            pyJ/LCySJ/a+DnPuJnqxSijakJ0rhqjlrjqjUzBRMB0GA1UdDgQWBBRA+QpE/kz1Q6XRYPa/t38c
            KrPlzTAfBgNVHSMEGDAWgBRA+QpE/kz1Q6XRYPa/t38cKrPlzTAPBgNVHRMBAf8EBTADAQH/MAkG
            ByqGSM49BAEDSQAwRgIhAPP5/PI7lF5t5+bo2cLsUcqlU+bLGRsHi4aIovG4Hj8iAiEAkUUnXSFU
            0lfKYxzSCmAELCX7KImeV7CqZ2iQrRk5/eo=
            """;

    private static final String SIGNED_WITH_ED25519 =
            """
            MIIBLDCB36ADAgECAhRdCMGLNZxAcrG9CLZs6Oq7rz8RgDAFBgMrZXAwDDEKMAgGA1UEAwwBYzAe
            Fw0yNjExMjcwMjE2MThaFw0zNjExMjQwMjE2MThaMAwxCjAIBgNVBAMMAWMwKjAFBgMrZXADIQDM
            g3HpDj3mltsvMqJQpT/rAAsSXWt5eNY4Dn3n0dOFDKNTMFEwHQYDVR0OBBYEFAKZw8wdmkXbaMLZ
            VIqYYRU27OEdMB8GA1UdIwQYMBaAFAKZw8wdmkXbaMLZVIqYYRU27OEdMA8GA1UdEwEB/wQFMAMB
            Af8wBQYDK2VwA0EAndf95EpAkXaW05cstnymiwKdvT3RpM0UWHKX20wV5mmKpped4Iy9lidnNGu/
            A0x06w7XLWzKsLPWDvptkpw1DQ==
            """;

    private static X509Certificate certificate(String base64) throws GeneralSecurityException {
        var der = new ByteArrayInputStream(Base64.getMimeDecoder().decode(base64));
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(der);
    }

    private static ByteBuffer hex(String digest) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digest));
    }

    @Test
    void theEndPointIsTheCertificateByTheHashOfItsSignature() throws GeneralSecurityException {
        assertThat(ChannelBinding.endPoint(certificate(SIGNED_WITH_SHA_384)))
                .contains(
                        new ChannelBinding(
                                "tls-server-end-point",
                                hex(
                                        "2f7373d91a566036e5ab93ca5384cea24e2b0e3f744ea0dd"
                                                + "418c5548e844a513b9319b5c6ba126b15fa079f0f0462b6f")));
    }

    @Test
    void anOldHashIsReplaced() throws GeneralSecurityException {
        assertThat(ChannelBinding.endPoint(certificate(SIGNED_WITH_SHA_1)))
                .contains(
                        new ChannelBinding(
                                "tls-server-end-point",
                                hex(
                                        "1e17896c44df1b2e8e05533afac206e3"
                                                + "787ee79005b4146e224a1325b186742a")));
    }

    @Test
    void aSignatureWithoutAHashGivesNone() throws GeneralSecurityException {
        assertThat(ChannelBinding.endPoint(certificate(SIGNED_WITH_ED25519))).isEmpty();
    }
}
