package relay.server.outbound;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import relay.core.tls.CertificateDigests;
import relay.core.tls.Tlsa;

/// A trust anchor that a TLSA record holds whole (`2 0 0` or `2 1 0`), so that the host need not
/// send it (RFC 7671 §5.2.2, §5.2.3).
sealed interface PublishedAnchor {

    record OfCertificate(X509Certificate certificate) implements PublishedAnchor {}

    record OfKey(PublicKey key) implements PublishedAnchor {}

    /// Empty for records of another kind, and where the data is neither certificate nor key.
    static Optional<PublishedAnchor> of(Tlsa record) {
        if (record.anchor().isEmpty()) return Optional.empty();
        try {
            byte[] der = HexFormat.of().parseHex(record.anchor());
            return record.isOfKey() ? key(der) : certificate(der);
        } catch (IllegalArgumentException | GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    private static Optional<PublishedAnchor> certificate(byte[] der)
            throws GeneralSecurityException {
        var certificate =
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
        return Optional.of(new OfCertificate((X509Certificate) certificate));
    }

    private static Optional<PublishedAnchor> key(byte[] der) throws GeneralSecurityException {
        var spec = new X509EncodedKeySpec(der);
        for (String algorithm : List.of("EC", "RSA", "Ed25519", "Ed448")) {
            try {
                return Optional.of(
                        new OfKey(KeyFactory.getInstance(algorithm).generatePublic(spec)));
            } catch (GeneralSecurityException _) {
                // A key of another kind.
            }
        }
        return Optional.empty();
    }

    /// As the anchor of a path whose top is `below`: a bare key has no name, so it is that of the
    /// issuer whom `below` names.
    default TrustAnchor anchorFor(X509Certificate below) {
        return switch (this) {
            case OfCertificate(var certificate) -> new TrustAnchor(certificate, null);
            case OfKey(var key) -> new TrustAnchor(below.getIssuerX500Principal(), key, null);
        };
    }

    default CertificateDigests digests() {
        return switch (this) {
            case OfCertificate(var certificate) -> CertificateDigests.of(certificate);
            case OfKey(var key) -> CertificateDigests.of(key);
        };
    }
}
