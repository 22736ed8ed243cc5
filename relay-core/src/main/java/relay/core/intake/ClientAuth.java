package relay.core.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.sasl.PasswordCheck;
import relay.core.sasl.SaslServer;
import relay.core.sasl.SaslServer.Move;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;

/// Who a client says that it is, and whether that is so: AUTH within one session (RFC 4954 §4).
/// Confined to the session's thread.
final class ClientAuth {
    /// Wrong passwords in one session before it ends.
    private static final int MAX_FAILURES = 3;

    private static final Duration FIRST_PENALTY = Duration.ofSeconds(1);

    private final Authentication rules;
    private final Supplier<String> nonces;
    private @Nullable SaslServer exchange;
    private String username = "";
    private int failures;

    /// What comes next.
    sealed interface Step {
        /// The client is asked, in base64.
        record Ask(String challenge) implements Step {}

        /// The password is checked away from the event loop.
        record Check(Supplier<Verdict> question) implements Step {}

        /// The exchange is over without a verdict.
        record Reject(Reply reply) implements Step {}
    }

    ClientAuth(Authentication rules, Supplier<String> nonces) {
        this.rules = rules;
        this.nonces = nonces;
    }

    boolean isOffered() {
        return rules.need() != Authentication.Need.NONE;
    }

    /// The client's name has yet to be known.
    boolean isOwed() {
        return rules.need() == Authentication.Need.REQUIRED && username.isEmpty();
    }

    boolean isKnown() {
        return !username.isEmpty();
    }

    /// Empty where nobody has logged in.
    String username() {
        return username;
    }

    /// Why a client cannot log in now, over a connection protected like this.
    Optional<Reply> refusal(Evidence tls) {
        if (!isOffered()) return Optional.of(IntakeReplies.NO_AUTH);
        if (tls instanceof Evidence.Plaintext) return Optional.of(IntakeReplies.AUTH_NEEDS_TLS);
        return isKnown() ? Optional.of(IntakeReplies.AUTH_ALREADY) : Optional.empty();
    }

    /// Nothing said before a handshake counts after it (RFC 3207 §4.2).
    void forget() {
        username = "";
        exchange = null;
    }

    /// `initial` is the initial response as written: empty without, `=` where it has no octets.
    Step begin(String mechanism, String initial) {
        Optional<SaslServer> chosen = SaslServer.of(mechanism, rules.users(), nonces);
        if (chosen.isEmpty()) return new Step.Reject(IntakeReplies.NO_SUCH_MECHANISM);
        exchange = chosen.get();
        if (initial.isEmpty()) return ask(exchange.firstChallenge());
        return heard(initial.equals("=") ? "" : initial);
    }

    /// `line` is what the client answered to a challenge.
    Step heard(String line) {
        SaslServer open = exchange;
        if (line.equals("*")) return new Step.Reject(IntakeReplies.AUTH_CANCELLED);
        Optional<String> response = decoded(line);
        if (open == null || response.isEmpty()) return new Step.Reject(IntakeReplies.BAD_AUTH);
        return switch (open.on(response.get())) {
            case Move.Challenge(var text) -> ask(text);
            case Move.Check(PasswordCheck question) -> new Step.Check(question::run);
            case Move.Decided(var verdict) -> new Step.Check(() -> verdict);
            case Move.Malformed() -> new Step.Reject(IntakeReplies.BAD_AUTH);
        };
    }

    private static Step ask(String text) {
        return new Step.Ask(Base64.getEncoder().encodeToString(text.getBytes(UTF_8)));
    }

    private static Optional<String> decoded(String line) {
        try {
            return Optional.of(new String(Base64.getDecoder().decode(line.strip()), UTF_8));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// How long a client waits for the answer that it is not who it says: each time longer.
    Duration penalty() {
        return FIRST_PENALTY.multipliedBy(1L << failures);
    }

    Reply judged(Verdict verdict) {
        exchange = null;
        return switch (verdict) {
            case Verdict.Accepted(var name) -> {
                username = name;
                yield IntakeReplies.AUTHENTICATED;
            }
            case Verdict.Refused() -> {
                failures++;
                yield IntakeReplies.NOT_AUTHENTICATED;
            }
        };
    }

    boolean hasFailedTooOften() {
        return failures >= MAX_FAILURES;
    }
}
