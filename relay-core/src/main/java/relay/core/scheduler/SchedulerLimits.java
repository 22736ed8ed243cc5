package relay.core.scheduler;

import java.time.Duration;

/// The bounds of the active set and of what is open at a time.
///
/// `entriesInMemory` and `entriesPerLane` bound what is read from the disk ahead of being
/// attempted; `loadBatch` is how much is read at once. `sessions` bounds all outbound connections
/// and `sessionsPerLane` those to one next hop; a lane begins with `firstWindow` of them. `idle` is
/// how long an open session waits for more mail. `messagesBeforeYield` is after how many messages a
/// session makes room for a lane that has none.
public record SchedulerLimits(
        int entriesInMemory,
        int entriesPerLane,
        int loadBatch,
        int sessions,
        int sessionsPerLane,
        int firstWindow,
        Duration idle,
        int messagesBeforeYield) {
    public static final SchedulerLimits DEFAULT =
            new SchedulerLimits(20_000, 2_000, 500, 500, 20, 5, Duration.ofSeconds(5), 100);
}
