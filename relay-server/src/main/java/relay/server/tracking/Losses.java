package relay.server.tracking;

import java.time.Instant;
import java.util.Optional;

/// Counts the records that could not be kept, until a gap record tells of them. Any thread; it is
/// asked only where something is wrong, so a lock is cheap enough.
final class Losses {
    private long total;
    private long untold;
    private Instant from = Instant.EPOCH;
    private Instant to = Instant.EPOCH;

    /// `count` records from `from` to `to` are missing.
    record Lost(long count, Instant from, Instant to) {}

    synchronized void add(long count, Instant time) {
        if (untold == 0) from = time;
        to = time;
        untold += count;
        total += count;
    }

    /// Those since the last call.
    synchronized Optional<Lost> take() {
        if (untold == 0) return Optional.empty();
        var lost = new Lost(untold, from, to);
        untold = 0;
        return Optional.of(lost);
    }

    synchronized long total() {
        return total;
    }
}
