package relay.core.sasl;

import java.nio.ByteBuffer;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What ties an exchange to the TLS connection that it runs in (RFC 5056): a man in the middle, who
/// has two connections, has other bytes on each. `type` is the registered name.
public record ChannelBinding(String type, ByteBuffer bytes) {
    /// By the hash in the name of a certificate's signature; MD5 and SHA-1 become SHA-256.
    private static final Map<String, String> HASHES =
            Map.of(
                    "MD5", "SHA-256",
                    "SHA1", "SHA-256",
                    "SHA224", "SHA-224",
                    "SHA256", "SHA-256",
                    "SHA384", "SHA-384",
                    "SHA512", "SHA-512");

    public ChannelBinding {
        bytes = bytes.asReadOnlyBuffer();
    }

    /// RFC 9266: `exported` are the 32 bytes of the label `EXPORTER-Channel-Binding`.
    public static ChannelBinding exporter(byte[] exported) {
        return new ChannelBinding("tls-exporter", ByteBuffer.wrap(exported.clone()));
    }

    /// `tls-server-end-point` (RFC 5929 §4.1): a digest of the server's certificate. Empty where
    /// the RFC defines none: the signature's name has no hash, as that of Ed25519 or RSASSA-PSS.
    public static Optional<ChannelBinding> endPoint(X509Certificate leaf) {
        String signature = leaf.getSigAlgName().toUpperCase(Locale.ROOT);
        int with = signature.indexOf("WITH");
        String hash = with < 0 ? null : HASHES.get(signature.substring(0, with));
        if (hash == null) return Optional.empty();
        try {
            byte[] digest = Hashes.digest(hash, leaf.getEncoded());
            return Optional.of(new ChannelBinding("tls-server-end-point", ByteBuffer.wrap(digest)));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read can be written", e);
        }
    }
}
