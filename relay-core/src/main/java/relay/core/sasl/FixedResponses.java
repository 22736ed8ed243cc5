package relay.core.sasl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/// The mechanisms in which each response is known beforehand or follows from the one challenge:
/// PLAIN, LOGIN, CRAM-MD5. None lets the other side prove anything.
final class FixedResponses implements SaslClient {
    private final Start start;
    private final Deque<UnaryOperator<String>> responses;

    private FixedResponses(Start start, List<UnaryOperator<String>> responses) {
        this.start = start;
        this.responses = new ArrayDeque<>(responses);
    }

    /// RFC 4616 §2.
    static SaslClient plain(String username, String password) {
        return new FixedResponses(
                new Start.WithResponse("\0" + username + "\0" + password), List.of());
    }

    /// Two questions, whatever their words.
    static SaslClient login(String username, String password) {
        return new FixedResponses(
                new Start.OtherSideFirst(), List.of(_ -> username, _ -> password));
    }

    /// RFC 2195 §2: the challenge, keyed with the password.
    static SaslClient cramMd5(String username, String password) {
        return new FixedResponses(
                new Start.OtherSideFirst(),
                List.of(challenge -> username + " " + keyed(password, challenge)));
    }

    private static String keyed(String password, String challenge) {
        byte[] key = password.getBytes(StandardCharsets.UTF_8);
        byte[] text = challenge.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Hashes.hmac("HmacMD5", key, text));
    }

    @Override
    public Start start() {
        return start;
    }

    @Override
    public Move on(String challenge) {
        if (responses.isEmpty()) return new Move.GiveUp("the host asks for more than there is");
        return new Move.Respond(responses.remove().apply(challenge));
    }

    @Override
    public Move derived(ScramKeys keys) {
        return new Move.GiveUp("no keys were asked for");
    }

    /// A host that is content before it has heard everything did not check it.
    @Override
    public boolean isComplete() {
        return responses.isEmpty();
    }

    /// Hides the credentials.
    @Override
    public String toString() {
        return "FixedResponses";
    }
}
