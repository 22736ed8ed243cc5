package relay.core.sasl;

/// The client's side of one exchange, as a pure machine over decoded text. Used once; confined to
/// one thread. It can hold credentials: implementations do not print them.
public interface SaslClient {

    /// What is told, or asked for, before the other side has said anything.
    Start start();

    /// The answer to a challenge.
    Move on(String challenge);

    /// The answer once the keys that [Move.Derive] asked for are there.
    Move derived(ScramKeys keys);

    /// Whether all is said, and the other side has proved what the mechanism lets it prove. It may
    /// not be content with us before that.
    boolean isComplete();

    /// Who speaks first.
    sealed interface Start {
        record WithResponse(String text) implements Start {}

        record OtherSideFirst() implements Start {}
    }

    /// What comes next.
    sealed interface Move {
        record Respond(String text) implements Move {
            /// Hides the credentials.
            @Override
            public String toString() {
                return "Respond";
            }
        }

        /// The other side has said why it refuses us, and wants this answer before it says so in
        /// the words of the protocol. `complaint` is one of the mechanism's registered words for it,
        /// or empty.
        record Concede(String text, String complaint) implements Move {}

        /// Keys are needed, which take CPU: not for an event loop.
        record Derive(ScramDerivation derivation) implements Move {}

        /// The other side is not to be trusted, or has given up. `why` is short, and never what the
        /// other side said: it may repeat credentials.
        record GiveUp(String why) implements Move {}
    }
}
