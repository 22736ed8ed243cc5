package relay.core.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// When to try again, when to tell the sender that it takes long, and when to give up.
///
/// `glitchDelays` come first, and only where no connection was to be had or it was lost; then
/// `delays`, or what `delaysAfter` has instead for the kind of failure. The last delay of a list
/// repeats. `expireAfter` and `delayWarningAfter` count from acceptance.
public record RetrySchedule(
        List<Duration> glitchDelays,
        List<Duration> delays,
        Map<Failure, List<Duration>> delaysAfter,
        Duration expireAfter,
        Duration delayWarningAfter) {

    /// What kind of failure can have delays of its own.
    public enum Failure {
        /// The DNS did not answer, or has no host.
        DNS("dns"),
        /// No connection was to be had, or it was lost, or the host took too long.
        CONNECTION("connection"),
        /// A TLS demand was not met.
        TLS("tls"),
        /// A host said no, for now: 4yz.
        REPLY("reply"),
        /// Whatever else, which no key names: `delays` hold.
        OTHER("");

        private final String label;

        Failure(String label) {
            this.label = label;
        }

        /// The word of the configuration, and of `relay_deferred_total`; empty for [#OTHER].
        public String label() {
            return label;
        }
    }

    public static final RetrySchedule DEFAULT =
            new RetrySchedule(
                    List.of(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(30)),
                    List.of(
                            Duration.ofMinutes(1),
                            Duration.ofMinutes(5),
                            Duration.ofMinutes(10),
                            Duration.ofMinutes(30),
                            Duration.ofHours(1)),
                    Map.of(),
                    Duration.ofDays(2),
                    Duration.ofHours(4));

    public RetrySchedule {
        glitchDelays = List.copyOf(glitchDelays);
        delays = List.copyOf(delays);
        var copy = new EnumMap<Failure, List<Duration>>(Failure.class);
        delaysAfter.forEach((failure, own) -> copy.put(failure, List.copyOf(own)));
        delaysAfter = Map.copyOf(copy);
        boolean missing = delays.isEmpty() || copy.values().stream().anyMatch(List::isEmpty);
        if (missing) throw new IllegalArgumentException("a schedule needs a delay");
        if (delaysAfter.containsKey(Failure.OTHER))
            throw new IllegalArgumentException("whatever else waits as `delays` say");
    }

    /// One list of delays, whatever fails.
    public RetrySchedule(List<Duration> delays, Duration expireAfter, Duration delayWarningAfter) {
        this(List.of(), delays, Map.of(), expireAfter, delayWarningAfter);
    }

    /// The wait after attempt `attempts` (1 is the first), which failed so. Attempts count in a
    /// row, however each of them failed.
    public Duration delayAfter(int attempts, Failure failure) {
        if (failure != Failure.CONNECTION) return steadyDelayAfter(attempts, failure);
        int quick = glitchDelays.size();
        return attempts <= quick
                ? at(attempts, glitchDelays)
                : steadyDelayAfter(attempts - quick, failure);
    }

    /// The same without the quick tries.
    public Duration steadyDelayAfter(int attempts, Failure failure) {
        return at(attempts, delaysAfter.getOrDefault(failure, delays));
    }

    private static Duration at(int attempts, List<Duration> list) {
        return list.get(Math.clamp(attempts, 1, list.size()) - 1);
    }

    /// No wait is longer.
    public Duration longestDelay() {
        return Stream.concat(Stream.of(glitchDelays, delays), delaysAfter.values().stream())
                .flatMap(List::stream)
                .max(Duration::compareTo)
                .orElseThrow();
    }

    public Instant expiry(Instant accepted) {
        return accepted.plus(expireAfter);
    }
}
