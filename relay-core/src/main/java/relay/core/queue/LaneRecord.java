package relay.core.queue;

import java.time.Instant;
import java.util.List;
import relay.core.routing.Lane;

/// What must survive a restart about a lane: whether the operator suspended it, and how its next
/// hop fares. `failures` counts attempts in a row in which no host took part; 0 means well, and
/// then `retryAt` means nothing and `lastTrouble` is empty.
public record LaneRecord(
        Lane lane,
        Suspension suspension,
        int failures,
        Instant retryAt,
        List<Diagnostic> lastTrouble) {
    public enum Suspension {
        NONE,
        SUSPENDED
    }

    public LaneRecord {
        lastTrouble = List.copyOf(lastTrouble);
    }

    public static LaneRecord well(Lane lane) {
        return new LaneRecord(lane, Suspension.NONE, 0, Instant.EPOCH, List.of());
    }
}
