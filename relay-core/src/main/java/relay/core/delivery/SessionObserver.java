package relay.core.delivery;

import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.QueueEntry;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsProof;

/// Hears what an outbound session does. Called on the session's event loop; must not block.
public interface SessionObserver {

    /// The host takes part and every demand of the lane is met: entries that fit its `limits` may be
    /// offered on `link`, as many as [#ready] has asked for. Comes once, before every other call.
    void opened(SessionLink link, TlsProof proof, HostLimits limits);

    /// The session can take `entries` more.
    void ready(int entries);

    /// One attempt ended; `outcomes` has every recipient of the entry.
    void ended(QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof);

    /// The entry was offered and nothing of it was attempted: the session ended first.
    void returned(QueueEntry entry);

    /// Whether the configuration that the session was planned by is still in force. Where it is not,
    /// no further host is called: its demands and credentials may be others by now. Any thread.
    default boolean isWanted() {
        return true;
    }

    /// The scheduler's hold on an open session. Any thread.
    interface SessionLink {
        void offer(QueueEntry entry);

        /// Ends the session with QUIT once what was offered has ended.
        void finish();
    }
}
