package relay.server.outbound;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import relay.core.tls.Tlsa;

/// Makes TLSA records for certificates.
final class TestTlsa {
    private TestTlsa() {}

    static Tlsa certificate(int usage, int matching, X509Certificate certificate) {
        try {
            return record(usage, 0, matching, certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    static Tlsa key(int usage, int matching, X509Certificate certificate) {
        return record(usage, 1, matching, certificate.getPublicKey().getEncoded());
    }

    static Tlsa record(int usage, int selector, int matching, byte[] der) {
        try {
            byte[] data =
                    switch (matching) {
                        case 1 -> MessageDigest.getInstance("SHA-256").digest(der);
                        case 2 -> MessageDigest.getInstance("SHA-512").digest(der);
                        default -> der;
                    };
            return new Tlsa(usage, selector, matching, HexFormat.of().formatHex(data));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
