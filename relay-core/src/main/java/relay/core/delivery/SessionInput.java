package relay.core.delivery;

import java.nio.ByteBuffer;
import java.util.List;
import relay.core.queue.QueueEntry;
import relay.core.sasl.ChannelBinding;
import relay.core.sasl.ScramKeys;
import relay.core.tls.Evidence;

/// What happens to an [OutboundSession].
public sealed interface SessionInput {

    /// The TCP connection stands.
    record Connected() implements SessionInput {}

    /// The handshake that [SessionOutput.StartTls] asked for is done, and the chain is judged.
    /// `exported` has the channel bindings that only the TLS library can tell.
    record Secured(Evidence.Encrypted evidence, List<ChannelBinding> exported)
            implements SessionInput {
        public Secured {
            exported = List.copyOf(exported);
        }
    }

    /// The keys that [SessionOutput.Derive] asked for.
    record Derived(ScramKeys keys) implements SessionInput {}

    /// That handshake failed. `detail` is short and printable.
    record TlsFailed(String detail) implements SessionInput {}

    /// The host sent `bytes`, decrypted where the connection is encrypted. All are read.
    record Received(ByteBuffer bytes) implements SessionInput {}

    /// The scheduler has an entry for this session.
    record Offered(QueueEntry entry) implements SessionInput {}

    /// The scheduler wants the session to end once what was offered has ended.
    record FinishAsked() implements SessionInput {}

    /// The content that [SessionOutput.SendContent] asked for is handed to the connection, and so
    /// is the final dot, or it is about to be: bytes sent from now on come after it.
    record FinalDotBegun() implements SessionInput {}

    /// The content cannot be read to its end; the final dot was not begun.
    record ContentLost(String detail) implements SessionInput {}

    /// The time of the last [SessionOutput.Await] is up.
    record TimedOut() implements SessionInput {}

    /// The connection ended, or never came about. `detail` is short and printable.
    record ConnectionLost(String detail) implements SessionInput {}
}
