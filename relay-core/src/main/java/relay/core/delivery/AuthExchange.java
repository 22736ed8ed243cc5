package relay.core.delivery;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import relay.core.sasl.SaslChoice;
import relay.core.sasl.SaslClient;
import relay.core.sasl.SaslClient.Move;
import relay.core.sasl.SaslClient.Start;
import relay.core.sasl.ScramDerivation;
import relay.core.sasl.ScramKeys;
import relay.core.smtp.Reply;

/// Tells a smart host who we are: a SASL exchange inside AUTH (RFC 4954 §4). Used once; confined to
/// the session's thread.
final class AuthExchange {
    /// RFC 5321 §4.5.3.1.4, without the line end; a longer initial response waits for the 334.
    private static final int MAX_COMMAND_CHARS = 510;

    private static final int CONTINUE = 334;

    /// Stands for what tells who we are, and for what a host says that knows it.
    static final String WITHHELD = "(withheld)";

    private final String alone;
    private final String command;
    private final SaslClient client;
    private String heldBack = "";
    private String complaint = "";

    /// What to do after a reply.
    sealed interface Step {
        record Respond(String line) implements Step {
            /// Hides the credentials.
            @Override
            public String toString() {
                return "Respond";
            }
        }

        /// Make keys, and go on with [AuthExchange#derived].
        record Derive(ScramDerivation derivation) implements Step {}

        record Accepted() implements Step {}

        /// `complaint` as in [SaslClient.Move.Concede]; often empty.
        record Refused(String complaint) implements Step {}

        /// It is we who are not content with the host.
        record GivenUp(String why) implements Step {}
    }

    AuthExchange(SaslChoice choice) {
        this.client = choice.client();
        this.alone = "AUTH " + choice.mechanism().label();
        this.command =
                switch (client.start()) {
                    case Start.OtherSideFirst() -> alone;
                    case Start.WithResponse(var text) -> {
                        String response = base64(text);
                        String inOne = alone + " " + response;
                        if (inOne.length() <= MAX_COMMAND_CHARS) yield inOne;
                        heldBack = response;
                        yield alone;
                    }
                };
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The command that begins it, without line end.
    String command() {
        return command;
    }

    /// What may be written down of it.
    String shownCommand() {
        return command.equals(alone) ? alone : alone + " " + WITHHELD;
    }

    Step on(Reply reply) {
        if (reply.code() == CONTINUE) return challenged(reply.lines().getFirst());
        if (reply.code() / 100 != 2) return new Step.Refused(complaint);
        return client.isComplete() && heldBack.isEmpty()
                ? new Step.Accepted()
                : new Step.GivenUp("the host let us in before it could know who we are");
    }

    private Step challenged(String challenge) {
        if (heldBack.isEmpty()) return step(client.on(decoded(challenge)));
        String response = heldBack;
        heldBack = "";
        return new Step.Respond(response);
    }

    Step derived(ScramKeys keys) {
        return step(client.derived(keys));
    }

    private Step step(Move move) {
        return switch (move) {
            case Move.Respond(var text) -> new Step.Respond(base64(text));
            case Move.Concede(var text, var why) -> {
                complaint = why;
                yield new Step.Respond(base64(text));
            }
            case Move.Derive(var derivation) -> new Step.Derive(derivation);
            case Move.GiveUp(var why) -> new Step.GivenUp(why);
        };
    }

    /// Nothing where it is no base64: some hosts put the questions of LOGIN in plain words.
    private static String decoded(String challenge) {
        try {
            byte[] bytes = Base64.getDecoder().decode(challenge.strip());
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    /// Hides the credentials.
    @Override
    public String toString() {
        return "AuthExchange";
    }
}
