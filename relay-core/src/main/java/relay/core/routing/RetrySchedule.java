package relay.core.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// When to try again, when to tell the sender that it takes long, and when to give up.
/// `expireAfter` and `delayWarningAfter` count from acceptance.
public record RetrySchedule(
        List<Duration> delays, Duration expireAfter, Duration delayWarningAfter) {
    public static final RetrySchedule DEFAULT =
            new RetrySchedule(
                    List.of(
                            Duration.ofMinutes(1),
                            Duration.ofMinutes(5),
                            Duration.ofMinutes(10),
                            Duration.ofMinutes(30),
                            Duration.ofHours(1)),
                    Duration.ofDays(2),
                    Duration.ofHours(4));

    public RetrySchedule {
        if (delays.isEmpty()) throw new IllegalArgumentException("a schedule needs a delay");
        delays = List.copyOf(delays);
    }

    /// The wait after attempt `attempts` (1 is the first). The last delay repeats.
    public Duration delayAfter(int attempts) {
        return delays.get(Math.min(Math.max(attempts, 1), delays.size()) - 1);
    }

    public Instant expiry(Instant accepted) {
        return accepted.plus(expireAfter);
    }
}
