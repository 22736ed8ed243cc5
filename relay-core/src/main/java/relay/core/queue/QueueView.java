package relay.core.queue;

import java.util.List;
import relay.core.routing.Lane;

/// Answers people's questions about the queue from the disk. Blocks; any thread that may.
public interface QueueView {
    /// Every lane that has entries or a record worth keeping.
    List<LaneCensus> lanes();

    /// The oldest entries of a lane, at most `limit`.
    List<QueueEntry> entries(Lane lane, int limit);

    /// The entries of one message that have not ended; empty where there is none.
    List<QueueEntry> message(QueueId id);

    /// The domains with the most messages in the queue, at most `limit`, the longest first.
    List<DomainCount> longestDomains(int limit);

    /// How many messages have recipients in `domain`, and when the oldest of them was accepted.
    record DomainCount(String domain, long messages, java.time.Instant oldest) {}
}
