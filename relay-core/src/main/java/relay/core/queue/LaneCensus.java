package relay.core.queue;

import java.time.Instant;

/// A lane as the disk has it: the answer to "how many, how much, how old". `oldest` is the earliest
/// acceptance and `nextAttempt` the earliest attempt due among its queued entries; both are
/// [Instant#MAX] where it has none.
public record LaneCensus(
        LaneRecord record,
        long queuedEntries,
        long heldEntries,
        long bytes,
        Instant oldest,
        Instant nextAttempt) {}
