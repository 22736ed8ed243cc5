package relay.server.tracking;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/// What the log says of a certificate. Names are in the form of RFC 2253; `sha256` is the
/// fingerprint of the whole certificate, as `openssl x509 -fingerprint -sha256` prints it.
record CertificateFacts(String subject, String issuer, String sha256, Instant notAfter) {
    private static final HexFormat FINGERPRINT = HexFormat.ofDelimiter(":").withUpperCase();

    /// Keeps the facts of the certificates seen last, so that they are derived once for a
    /// connection and not for each of its messages. Confined to one thread.
    static final class Known {
        private static final int MAX = 1_000;

        private final Map<X509Certificate, CertificateFacts> facts =
                new LinkedHashMap<>(64, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(
                            Map.Entry<X509Certificate, CertificateFacts> eldest) {
                        return size() > MAX;
                    }
                };

        CertificateFacts of(X509Certificate certificate) {
            return facts.computeIfAbsent(certificate, CertificateFacts::of);
        }
    }

    static CertificateFacts of(X509Certificate certificate) {
        return new CertificateFacts(
                certificate.getSubjectX500Principal().getName(X500Principal.RFC2253),
                certificate.getIssuerX500Principal().getName(X500Principal.RFC2253),
                fingerprint(certificate),
                certificate.getNotAfter().toInstant());
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return FINGERPRINT.formatHex(hash);
        } catch (CertificateEncodingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a certificate without its bytes", e);
        }
    }
}
