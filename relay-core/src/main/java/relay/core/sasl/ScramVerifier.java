package relay.core.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is kept of a user's password (RFC 5802 §3): enough to check it, and too little to log in
/// with it elsewhere. Salt and keys are in base64.
public record ScramVerifier(String salt, int iterations, String storedKey, String serverKey) {
    /// Fewer make a stolen file easy to guess from.
    public static final int MIN_ITERATIONS = 4096;

    public static final int MAX_ITERATIONS = ScramClient.MAX_ITERATIONS;

    private static final Pattern FORM =
            Pattern.compile(
                    "SCRAM-SHA-256\\$([1-9][0-9]{0,8}):([A-Za-z0-9+/]+=*)"
                            + "\\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)");

    /// Takes CPU for a tenth of a second and more.
    public static ScramVerifier of(String password, ByteBuffer salt, int iterations) {
        byte[] bytes = new byte[salt.remaining()];
        salt.duplicate().get(bytes);
        ScramKeys keys = derivation(password, ByteBuffer.wrap(bytes), iterations).run();
        return new ScramVerifier(
                ScramMessage.encoded(bytes),
                iterations,
                ScramMessage.encoded(keys.storedKey()),
                ScramMessage.encoded(keys.serverKey()));
    }

    /// Reads `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`; empty where it is none.
    public static Optional<ScramVerifier> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || ScramMessage.decoded(form.group(2)).length == 0) {
            return Optional.empty();
        }
        int iterations = Integer.parseInt(form.group(1));
        boolean bounded = iterations >= MIN_ITERATIONS && iterations <= MAX_ITERATIONS;
        return bounded
                ? Optional.of(
                        new ScramVerifier(form.group(2), iterations, form.group(3), form.group(4)))
                : Optional.empty();
    }

    /// The form that [#parse] reads.
    public String text() {
        return "SCRAM-SHA-256$" + iterations + ":" + salt + "$" + storedKey + ":" + serverKey;
    }

    /// Takes CPU: not for an event loop.
    boolean accepts(String password) {
        if (password.isEmpty()) return false;
        var keys = derivation(password, ByteBuffer.wrap(decoded(salt)), iterations).run();
        return MessageDigest.isEqual(keys.storedKey(), decoded(storedKey));
    }

    private static ScramDerivation derivation(String password, ByteBuffer salt, int iterations) {
        return new ScramDerivation(SaslPrep.prepared(password), salt, iterations);
    }

    /// Whether `proof` shows knowledge of the password, for this exchange.
    boolean isProof(byte[] proof, String authMessage) {
        byte[] stored = decoded(storedKey);
        byte[] signature = Hashes.hmacSha256(stored, authMessage.getBytes(UTF_8));
        if (proof.length != signature.length) return false;
        byte[] clientKey = new byte[proof.length];
        for (int i = 0; i < proof.length; i++) clientKey[i] = (byte) (proof[i] ^ signature[i]);
        return MessageDigest.isEqual(Hashes.sha256(clientKey), stored);
    }

    /// What shows that we know the password, too.
    String signature(String authMessage) {
        byte[] key = decoded(serverKey);
        return ScramMessage.encoded(Hashes.hmacSha256(key, authMessage.getBytes(UTF_8)));
    }

    private static byte[] decoded(String base64) {
        return ScramMessage.decoded(base64);
    }

    /// Hides the keys.
    @Override
    public String toString() {
        return "SCRAM-SHA-256 with " + iterations + " iterations";
    }
}
