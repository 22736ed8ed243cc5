package relay.core.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/// What TLSA records can be compared with, of one certificate: the whole and its digests, and the
/// same of its public key (SubjectPublicKeyInfo). Computed once, since a connection's evidence is
/// judged again for every message.
public record CertificateDigests(Forms certificate, Forms publicKey) {

    /// Lower-case hexadecimal, each. All are empty where there is nothing to take them of.
    public record Forms(String whole, String sha256, String sha512) {
        private static final Forms NONE = new Forms("", "", "");

        private static Forms of(byte[] der) {
            return new Forms(hex(der), digest("SHA-256", der), digest("SHA-512", der));
        }

        private static String digest(String algorithm, byte[] der) {
            try {
                return hex(MessageDigest.getInstance(algorithm).digest(der));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has " + algorithm, e);
            }
        }

        private static String hex(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
    }

    public static CertificateDigests of(X509Certificate certificate) {
        try {
            return new CertificateDigests(
                    Forms.of(certificate.getEncoded()),
                    Forms.of(certificate.getPublicKey().getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read can be written", e);
        }
    }

    /// Of an issuer of which nothing but the key is known.
    public static CertificateDigests of(PublicKey key) {
        return new CertificateDigests(Forms.NONE, Forms.of(key.getEncoded()));
    }
}
