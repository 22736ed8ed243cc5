package relay.config;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads PEM files (RFC 7468) as far as needed to say that a relay can start with them.
final class PemText {
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----");
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----(.*?)-----END \\1-----",
                    Pattern.DOTALL);
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private static final Set<String> CLIENT_KEYS = Set.of("RSA", "EC");

    private static final int MIN_RSA_BITS = 1024;

    private PemText() {}

    /// The certificates in the order of the file, at least one.
    static Parsed<List<X509Certificate>> certificates(byte[] content) {
        var certificates = new ArrayList<X509Certificate>();
        Matcher blocks = CERTIFICATE.matcher(text(content));
        try {
            var factory = CertificateFactory.getInstance("X.509");
            while (blocks.find()) {
                var block = blocks.group().getBytes(StandardCharsets.ISO_8859_1);
                certificates.add(
                        (X509Certificate)
                                factory.generateCertificate(new ByteArrayInputStream(block)));
            }
        } catch (CertificateException broken) {
            String count = "certificate " + (certificates.size() + 1) + " of the file is broken";
            return Parsed.bad(count, "is the file complete?");
        }
        return certificates.isEmpty()
                ? Parsed.bad("the file has no certificate", "a block -----BEGIN CERTIFICATE-----")
                : Parsed.good(List.copyOf(certificates));
    }

    /// The kind of the unencrypted private key in the file; bad where it is not the one of `leaf`.
    /// A key that is not in PKCS #8 is taken at its word.
    static Parsed<String> key(byte[] content, Optional<X509Certificate> leaf) {
        Matcher block = KEY.matcher(text(content));
        if (!block.find()) {
            return Parsed.bad("the file has no private key", "a block -----BEGIN PRIVATE KEY-----");
        }
        if (block.group(1).startsWith("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
            return Parsed.bad(
                    "the key has a pass phrase", "remove it: openssl pkey -in KEY -out NEW");
        }
        return block.group(1).equals("PRIVATE KEY") && leaf.isPresent()
                ? matching(leaf.get().getPublicKey(), block.group(2))
                : Parsed.good(block.group(1));
    }

    /// The same key, for a certificate that we present: it is in PKCS #8, and its kind is one that
    /// all TLS libraries sign with.
    static Parsed<PrivateKey> privateKey(byte[] content, X509Certificate leaf) {
        return key(content, Optional.of(leaf)).flatMap(kind -> pkcs8(kind, text(content)));
    }

    /// An RSA key in PKCS #8, long enough for DKIM (RFC 8301 §3.2).
    static Parsed<PrivateKey> rsaKey(byte[] content) {
        return key(content, Optional.empty())
                .flatMap(kind ->
                        kind.equals("PRIVATE KEY")
                                ? pkcs8("RSA", text(content))
                                : pkcs8(kind, text(content)))
                .flatMap(key -> {
                    int bits = ((RSAKey) key).getModulus().bitLength();
                    return bits >= MIN_RSA_BITS
                            ? Parsed.good(key)
                            : Parsed.bad(
                                    "the key has " + bits + " bits",
                                    "at least " + MIN_RSA_BITS + "; 2048 is usual");
                });
    }

    private static Parsed<PrivateKey> pkcs8(String kind, String text) {
        if (kind.endsWith("PRIVATE KEY")) {
            return Parsed.bad("the key is not in PKCS #8", "openssl pkey -in KEY -out NEW");
        }
        if (!CLIENT_KEYS.contains(kind)) {
            return Parsed.bad("the key is of the kind " + kind, "RSA and EC are taken here");
        }
        Matcher block = KEY.matcher(text);
        try {
            if (block.find()) return Parsed.good(decoded(kind, block.group(2)));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            // What has signed a moment ago can be decoded.
        }
        return Parsed.bad(
                "the key cannot be read", "is it of the kind " + kind + ", and the file complete?");
    }

    private static PrivateKey decoded(String algorithm, String base64)
            throws GeneralSecurityException {
        byte[] encoded = Base64.getMimeDecoder().decode(base64);
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    private static Parsed<String> matching(PublicKey publicKey, String base64) {
        String algorithm = publicKey.getAlgorithm();
        try {
            if (signs(decoded(algorithm, base64), publicKey)) return Parsed.good(algorithm);
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            // A key of another kind, or no key: in either case not the one of the certificate.
        }
        return Parsed.bad("the key is not the one of the certificate", "is it the right file?");
    }

    private static boolean signs(PrivateKey key, PublicKey publicKey)
            throws GeneralSecurityException {
        String signature = SIGNATURES.getOrDefault(publicKey.getAlgorithm(), "");
        if (signature.isEmpty()) return true;
        byte[] sample = "relay".getBytes(StandardCharsets.US_ASCII);
        var signer = Signature.getInstance(signature);
        signer.initSign(key);
        signer.update(sample);
        byte[] signed = signer.sign();
        signer.initVerify(publicKey);
        signer.update(sample);
        return signer.verify(signed);
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1);
    }
}
