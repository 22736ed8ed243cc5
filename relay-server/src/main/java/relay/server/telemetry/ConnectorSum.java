package relay.server.telemetry;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import relay.core.queue.LaneStatus;

/// The lanes of one connector, added up. Confined to the scrape.
final class ConnectorSum {
    private final Map<String, Long> messages = new LinkedHashMap<>();
    private long bytes;
    private Instant oldest = Instant.MAX;

    ConnectorSum() {
        for (LaneStatus.Status status : LaneStatus.Status.values())
            messages.put(status.label(), 0L);
    }

    /// A message has its lane's words: what waits is in `retry`, and in a suspended lane everything
    /// that is not being attempted is `suspended`; `held` is the message's own.
    void add(LaneStatus lane) {
        boolean suspended = lane.status() == LaneStatus.Status.SUSPENDED;
        var ready = suspended ? LaneStatus.Status.SUSPENDED : LaneStatus.Status.READY;
        var waiting = suspended ? LaneStatus.Status.SUSPENDED : LaneStatus.Status.RETRY;
        count(LaneStatus.Status.ACTIVE.label(), lane.active());
        count(ready.label(), lane.ready());
        count(waiting.label(), lane.waiting());
        count(LaneStatus.Status.HELD.label(), lane.held());
        bytes += lane.bytes();
    }

    void add(Instant laneOldest) {
        if (laneOldest.isBefore(oldest)) oldest = laneOldest;
    }

    private void count(String status, long more) {
        messages.merge(status, more, Long::sum);
    }

    /// By status, all of them, zeroes too.
    Map<String, Long> messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    /// The earliest acceptance among what waits; [Instant#MAX] where nothing does.
    Instant oldest() {
        return oldest;
    }
}
