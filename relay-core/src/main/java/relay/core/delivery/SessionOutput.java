package relay.core.delivery;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.QueueEntry;
import relay.core.sasl.ScramDerivation;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsProof;

/// What an [OutboundSession] wants done, in this order. Bytes of one list go out in one write.
public sealed interface SessionOutput {

    /// Send these bytes. They can hold credentials: never log them. `shown` is what may be written
    /// down instead, line by line.
    record Send(ByteBuffer bytes, String shown, Secrecy secrecy) implements SessionOutput {}

    /// Whether what is sent, and what the host answers to it, tells who we are.
    enum Secrecy {
        NONE,
        CREDENTIALS
    }

    /// Begin the TLS handshake, as client.
    record StartTls() implements SessionOutput {}

    /// Make these keys, away from the event loop, and answer with [SessionInput.Derived].
    record Derive(ScramDerivation derivation) implements SessionOutput {}

    /// Send the content of the entry's message, dot-stuffed and ended by the final dot; answer with
    /// [SessionInput.FinalDotBegun] before any byte of the dot is written.
    record SendContent(QueueEntry entry) implements SessionOutput {}

    /// From now on the host has `limit` for its next move; replaces the limit before. While content
    /// is sent, each piece that the connection takes begins the limit anew.
    record Await(Duration limit) implements SessionOutput {}

    /// See [SessionObserver#opened].
    record Opened(TlsProof proof, HostLimits limits) implements SessionOutput {}

    /// See [SessionObserver#ready].
    record Ready(int entries) implements SessionOutput {}

    /// See [SessionObserver#ended].
    record Ended(QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof)
            implements SessionOutput {}

    /// See [SessionObserver#returned].
    record Returned(QueueEntry entry) implements SessionOutput {}

    /// Close the connection, and forget content that is being sent: never finish it with a dot.
    record Close() implements SessionOutput {}

    /// The session is over: the answer of [Dialer#serve]. Comes once.
    record End(SessionEnd end) implements SessionOutput {}
}
