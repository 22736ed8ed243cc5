package relay.core.sasl;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The client's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677). The other side
/// is trusted once it has signed the exchange with a key that only the password gives.
///
/// Limits: from 4096 iterations (RFC 7677 §4), since fewer would help whoever wants to guess the
/// password from what we say, to 1000000, since more would only cost us time.
final class ScramClient implements SaslClient {
    static final int MIN_ITERATIONS = 4096;
    static final int MAX_ITERATIONS = 1_000_000;

    /// RFC 5802 §7. Whatever else a host says there is not shown.
    private static final Set<String> ERRORS =
            Set.of(
                    "invalid-encoding",
                    "extensions-not-supported",
                    "invalid-proof",
                    "channel-bindings-dont-match",
                    "server-does-support-channel-binding",
                    "channel-binding-not-supported",
                    "unsupported-channel-binding-type",
                    "unknown-user",
                    "invalid-username-encoding",
                    "no-resources",
                    "other-error");

    private final ScramBinding binding;
    private final String password;
    private final String nonce;
    private final String bare;
    private Stage stage = Stage.FIRST;
    private String serverFirst = "";
    private String authMessage = "";
    private @Nullable ScramKeys keys;

    private enum Stage {
        FIRST,
        DERIVING,
        FINAL,
        COMPLETE
    }

    /// `nonce` is printable, has no comma, and was never used before.
    ScramClient(String username, String password, ScramBinding binding, String nonce) {
        this.binding = binding;
        this.password = SaslPrep.prepared(password);
        this.nonce = nonce;
        this.bare = "n=" + name(SaslPrep.prepared(username)) + ",r=" + nonce;
    }

    private static String name(String username) {
        return username.replace("=", "=3D").replace(",", "=2C");
    }

    @Override
    public Start start() {
        return new Start.WithResponse(binding.header() + bare);
    }

    @Override
    public Move on(String challenge) {
        return switch (stage) {
            case FIRST -> first(challenge);
            case FINAL -> last(challenge);
            case DERIVING, COMPLETE -> new Move.GiveUp("the host asks out of turn");
        };
    }

    private Move first(String challenge) {
        Optional<ScramMessage> parsed = ScramMessage.parse(challenge);
        if (parsed.isEmpty()) return new Move.GiveUp("the host's challenge cannot be read");
        ScramMessage message = parsed.get();
        String wrong = wrongOf(message);
        if (!wrong.isEmpty()) return new Move.GiveUp(wrong);
        stage = Stage.DERIVING;
        serverFirst = challenge;
        String withoutProof = "c=" + binding.encoded() + ",r=" + message.get('r');
        authMessage = bare + "," + serverFirst + "," + withoutProof;
        return new Move.Derive(
                new ScramDerivation(
                        password, ByteBuffer.wrap(message.bytes('s')), message.number('i')));
    }

    /// Why the challenge must not be answered; empty where it may.
    private String wrongOf(ScramMessage message) {
        String both = message.get('r');
        int iterations = message.number('i');
        if (message.hasMandatoryExtension()) return "the host wants an extension of SCRAM";
        if (!both.startsWith(nonce) || both.length() == nonce.length())
            return "the host's nonce does not go on from ours";
        if (message.bytes('s').length == 0) return "the host's challenge has no salt";
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            String wanted = MIN_ITERATIONS + " to " + MAX_ITERATIONS;
            return "the host does not ask for " + wanted + " iterations";
        }
        return "";
    }

    @Override
    public Move derived(ScramKeys derived) {
        if (stage != Stage.DERIVING) return new Move.GiveUp("no keys were asked for");
        stage = Stage.FINAL;
        keys = derived;
        String withoutProof = authMessage.substring(bare.length() + serverFirst.length() + 2);
        String proof = ScramMessage.encoded(derived.clientProof(authMessage));
        return new Move.Respond(withoutProof + ",p=" + proof);
    }

    private Move last(String challenge) {
        Optional<ScramMessage> message = ScramMessage.parse(challenge);
        String error = message.map(found -> found.get('e')).orElse("");
        if (!error.isEmpty()) return new Move.GiveUp("the host refused us" + shown(error));
        byte[] signature = message.map(found -> found.bytes('v')).orElseGet(() -> new byte[0]);
        if (keys == null || !keys.isServerSignature(signature, authMessage))
            return new Move.GiveUp("the host did not prove that it knows the password");
        stage = Stage.COMPLETE;
        return new Move.Respond("");
    }

    private static String shown(String error) {
        return ERRORS.contains(error) ? ": " + error : "";
    }

    @Override
    public boolean isComplete() {
        return stage == Stage.COMPLETE;
    }

    /// Hides the credentials.
    @Override
    public String toString() {
        return "ScramClient";
    }
}
