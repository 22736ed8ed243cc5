package relay.core.delivery;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import relay.core.routing.SmartHostAuth;
import relay.core.smtp.Reply;

/// Tells a smart host who we are, by PLAIN (RFC 4616) or LOGIN, inside AUTH (RFC 4954 §4). Used
/// once; confined to the session's thread.
final class AuthExchange {
    /// RFC 5321 §4.5.3.1.4, without the line end; a longer initial response waits for the 334.
    private static final int MAX_COMMAND_CHARS = 510;

    private static final int CONTINUE = 334;

    private final String command;
    private final Deque<String> responses;

    /// What to do after a reply.
    sealed interface Step {
        record Respond(String line) implements Step {}

        record Accepted() implements Step {}

        record Refused() implements Step {}
    }

    private AuthExchange(String command, List<String> responses) {
        this.command = command;
        this.responses = new ArrayDeque<>(responses);
    }

    /// The exchange by the best mechanism that both sides have; empty where there is none.
    static Optional<AuthExchange> choose(Set<String> mechanisms, SmartHostAuth identity) {
        if (mechanisms.contains("PLAIN")) return Optional.of(plain(identity));
        if (mechanisms.contains("LOGIN")) return Optional.of(login(identity));
        return Optional.empty();
    }

    private static AuthExchange plain(SmartHostAuth identity) {
        String response = base64("\0" + identity.username() + "\0" + identity.password());
        String inOne = "AUTH PLAIN " + response;
        return inOne.length() <= MAX_COMMAND_CHARS
                ? new AuthExchange(inOne, List.of())
                : new AuthExchange("AUTH PLAIN", List.of(response));
    }

    private static AuthExchange login(SmartHostAuth identity) {
        return new AuthExchange(
                "AUTH LOGIN", List.of(base64(identity.username()), base64(identity.password())));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The command that begins it, without line end.
    String command() {
        return command;
    }

    Step on(Reply reply) {
        if (reply.code() == CONTINUE && !responses.isEmpty()) {
            return new Step.Respond(responses.remove());
        }
        // A host that is content before it has heard everything did not check it.
        boolean accepted = reply.code() / 100 == 2 && responses.isEmpty();
        return accepted ? new Step.Accepted() : new Step.Refused();
    }

    /// Hides the credentials.
    @Override
    public String toString() {
        return "AuthExchange";
    }
}
