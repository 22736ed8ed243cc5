package relay.core.sasl;

import java.util.Optional;
import java.util.function.Supplier;

/// The server's side of one exchange, as a pure machine over decoded text. Used once; confined to
/// one thread.
public interface SaslServer {

    /// The mechanisms that clients may use, in the order in which they are offered.
    String OFFERED = "SCRAM-SHA-256 PLAIN LOGIN";

    /// The exchange of a mechanism by its name in upper case; empty where it is not offered.
    /// `nonces` are as in [SaslChoice#strongest].
    static Optional<SaslServer> of(String mechanism, SaslUsers users, Supplier<String> nonces) {
        return switch (mechanism) {
            case "SCRAM-SHA-256" -> Optional.of(new ScramServer(users, nonces.get()));
            case "PLAIN" -> Optional.of(new PlainServer(users));
            case "LOGIN" -> Optional.of(new LoginServer(users));
            default -> Optional.empty();
        };
    }

    /// What a client hears that has not said anything yet; often nothing.
    String firstChallenge();

    Move on(String response);

    sealed interface Move {
        record Challenge(String text) implements Move {}

        /// The password has to be checked, which takes CPU: not for an event loop.
        record Check(PasswordCheck question) implements Move {}

        record Decided(Verdict verdict) implements Move {}

        /// The client does not speak the mechanism.
        record Malformed() implements Move {}
    }

    sealed interface Verdict {
        record Accepted(String username) implements Verdict {}

        record Refused() implements Verdict {}
    }
}
