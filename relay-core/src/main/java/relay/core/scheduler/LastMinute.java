package relay.core.scheduler;

import java.time.Instant;

/// Counts what happened within the last minute, to 5 seconds.
final class LastMinute {
    private static final int SPAN_SECONDS = 5;
    private static final int SPANS = 12;

    private final int[] counts = new int[SPANS];
    private long current;

    void count(Instant now) {
        advance(now);
        counts[Math.floorMod(current, SPANS)]++;
    }

    long at(Instant now) {
        advance(now);
        long sum = 0;
        for (int count : counts) sum += count;
        return sum;
    }

    /// Empties the spans that have passed. A clock that was set back begins anew.
    private void advance(Instant now) {
        long span = Math.floorDiv(now.getEpochSecond(), SPAN_SECONDS);
        long passed = span < current ? SPANS : Math.min(SPANS, span - current);
        for (long i = 0; i < passed; i++) counts[Math.floorMod(span - i, SPANS)] = 0;
        current = span;
    }
}
