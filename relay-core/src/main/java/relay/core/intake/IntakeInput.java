package relay.core.intake;

import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueuedMessage;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Command;
import relay.core.smtp.CommandFramer.LineFault;
import relay.core.smtp.ContentFacts;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;

/// What happens to an inbound session.
public sealed interface IntakeInput {

    /// The client is there; over implicit TLS the handshake is done (RFC 8314 §3).
    record Connected(Evidence tls) implements IntakeInput {}

    record Spoken(Command command) implements IntakeInput {}

    /// The line that answers [IntakeOutput.Challenge].
    record Responded(String line) implements IntakeInput {
        /// Hides what can be a password.
        @Override
        public String toString() {
            return "Responded";
        }
    }

    /// The answer to [IntakeOutput.Judge].
    record Judged(Verdict verdict) implements IntakeInput {}

    /// The client that an [IntakeOutput.HandOn] names is not let in.
    record HandOnRefused(Reply reply) implements IntakeInput {}

    /// Something came that is no command line.
    record Garbled(LineFault fault) implements IntakeInput {}

    /// The handshake after STARTTLS is done.
    record TlsEstablished(Evidence.Encrypted tls) implements IntakeInput {}

    record EndOfData(ContentFacts facts) implements IntakeInput {}

    /// All octets of a chunk have come. `facts` are about the content so far, and complete where the
    /// chunk was the last; those of a chunk that was skipped mean nothing.
    record ChunkEnded(ContentFacts facts) implements IntakeInput {}

    /// The store's answer to a [IntakeOutput.Commit], which comes even when the client has gone.
    record CommitEnded(QueuedMessage message, CommitResult result) implements IntakeInput {}

    /// The client was silent for longer than `inactivityTimeout` while it was its turn.
    record TimedOut() implements IntakeInput {}

    /// The connection has lasted for `connectionTimeout`, or twice as long.
    record TimeUp(ShuttingDown.Patience patience) implements IntakeInput {}

    /// The relay goes down.
    record ShuttingDown(Patience patience) implements IntakeInput {
        public enum Patience {
            /// A message that is on its way may come to its end.
            MAY_FINISH,
            /// The time for that is up; only what is with the store already is waited for.
            NO_MORE
        }
    }

    /// The client has gone.
    record Disconnected() implements IntakeInput {}
}
