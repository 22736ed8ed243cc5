package relay.config;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.core.routing.RetrySchedule;
import relay.core.routing.RetrySchedule.Failure;

/// Reads `retry` of an entry of `sendConnectors`.
record RetryReader(Problems problems) {
    private static final String GLITCH_DELAYS = "glitchDelays";
    private static final String DELAYS = "delays";

    RetrySchedule read(Optional<Section> section) {
        return section.map(this::read).orElse(RetrySchedule.DEFAULT);
    }

    private RetrySchedule read(Section retry) {
        RetrySchedule usual = RetrySchedule.DEFAULT;
        List<Duration> delays = durations(retry, DELAYS);
        Map<Failure, List<Duration>> delaysAfter =
                retry.section("delaysAfter").map(RetryReader::delaysAfter).orElse(Map.of());
        Duration expireAfter = duration(retry, "expireAfter", usual.expireAfter());
        Duration warnAfter = duration(retry, "delayWarningAfter", usual.delayWarningAfter());
        if (warnAfter.compareTo(expireAfter) >= 0) {
            String text = "mail expires before its sender would be told of the delay";
            problems.note(retry.place(), text);
        }
        // Whoever says how long it is to wait after a connection that failed gets that.
        boolean said =
                retry.has(GLITCH_DELAYS)
                        || retry.has(DELAYS)
                        || delaysAfter.containsKey(Failure.CONNECTION);
        return new RetrySchedule(
                said ? durations(retry, GLITCH_DELAYS) : usual.glitchDelays(),
                delays.isEmpty() ? usual.delays() : delays,
                delaysAfter,
                expireAfter,
                warnAfter);
    }

    private static Map<Failure, List<Duration>> delaysAfter(Section section) {
        var own = new EnumMap<Failure, List<Duration>>(Failure.class);
        for (Failure failure : Failure.values()) {
            if (failure == Failure.OTHER) continue;
            List<Duration> delays = durations(section, failure.label());
            if (!delays.isEmpty()) own.put(failure, delays);
        }
        return own;
    }

    private static List<Duration> durations(Section section, String key) {
        return section.parseEach(key, UnitText::duration).stream().map(Located::value).toList();
    }

    private static Duration duration(Section section, String key, Duration usual) {
        return section.parse(key, UnitText::duration).map(Located::value).orElse(usual);
    }
}
