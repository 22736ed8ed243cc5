package relay.core.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// Who may log in. A name that is unknown has a verifier too, which no password meets: who tries it
/// learns neither from an answer nor from the time it takes that there is no such user.
public record SaslUsers(Map<String, ScramVerifier> verifiers) {
    public static final SaslUsers NONE = new SaslUsers(Map.of());

    private static final int SALT_BYTES = 16;
    private static final int USUAL_ITERATIONS = 100_000;

    public SaslUsers {
        verifiers = Map.copyOf(verifiers);
    }

    ScramVerifier of(String username) {
        ScramVerifier known = verifiers.get(SaslPrep.prepared(username));
        return known == null ? decoy(username) : known;
    }

    /// Always the same for one name, as long as the users are; nobody outside can compute it.
    private ScramVerifier decoy(String username) {
        byte[] secret = Hashes.sha256(new TreeMap<>(texts()).toString().getBytes(UTF_8));
        byte[] salt = Hashes.hmacSha256(secret, ("salt " + username).getBytes(UTF_8));
        String key =
                ScramMessage.encoded(
                        Hashes.hmacSha256(secret, ("key " + username).getBytes(UTF_8)));
        int iterations =
                verifiers.values().stream()
                        .mapToInt(ScramVerifier::iterations)
                        .max()
                        .orElse(USUAL_ITERATIONS);
        String saltText = ScramMessage.encoded(Arrays.copyOf(salt, SALT_BYTES));
        return new ScramVerifier(saltText, iterations, key, key);
    }

    private Map<String, String> texts() {
        var texts = new TreeMap<String, String>();
        verifiers.forEach((name, verifier) -> texts.put(name, verifier.text()));
        return texts;
    }

    @Override
    public String toString() {
        return verifiers.size() + " users";
    }
}
