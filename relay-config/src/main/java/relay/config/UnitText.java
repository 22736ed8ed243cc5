package relay.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads numbers with units: durations (`30s`, `5m`, `2h`, `2d`) and sizes (`36MiB`).
final class UnitText {
    /// The longest duration that may be configured.
    static final Duration MAX_DURATION = Duration.ofDays(365);

    /// The largest size that may be configured: 2 GiB.
    static final long MAX_SIZE_BYTES = 2L << 30;

    /// The least and the most that may be set aside on a disk: 16 MiB, 1,024 GiB.
    static final long MIN_SPACE_BYTES = 16L << 20;

    static final long MAX_SPACE_BYTES = 1L << 40;

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([1-9][0-9]{0,8})([A-Za-z]+)");
    private static final Map<String, ChronoUnit> DURATIONS =
            Map.of(
                    "s", ChronoUnit.SECONDS,
                    "m", ChronoUnit.MINUTES,
                    "h", ChronoUnit.HOURS,
                    "d", ChronoUnit.DAYS);
    private static final Map<String, Integer> SIZE_SHIFTS = Map.of("KiB", 10, "MiB", 20, "GiB", 30);

    private UnitText() {}

    /// At least a second, at most [#MAX_DURATION].
    static Parsed<Duration> duration(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        ChronoUnit unit = matcher.matches() ? DURATIONS.get(matcher.group(2)) : null;
        if (unit == null) return notADuration(text);
        Duration duration = unit.getDuration().multipliedBy(Long.parseLong(matcher.group(1)));
        return duration.compareTo(MAX_DURATION) <= 0
                ? Parsed.good(duration)
                : Parsed.bad(Quoted.of(text) + " is too long", "365d at the most");
    }

    /// In bytes; at least 1 KiB, at most [#MAX_SIZE_BYTES].
    static Parsed<Long> size(String text) {
        return bytes(text, MAX_SIZE_BYTES, "2GiB at the most");
    }

    /// Room on a disk, in bytes: from [#MIN_SPACE_BYTES] to [#MAX_SPACE_BYTES].
    static Parsed<Long> space(String text) {
        return switch (bytes(text, MAX_SPACE_BYTES, "1024GiB at the most")) {
            case Parsed.Good<Long>(var bytes) when bytes < MIN_SPACE_BYTES ->
                    Parsed.bad(Quoted.of(text) + " is too small", "16MiB at the least");
            case Parsed.Good<Long> good -> good;
            case Parsed.Bad<Long> bad -> bad;
        };
    }

    private static Parsed<Long> bytes(String text, long maxBytes, String limit) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        Integer shift = matcher.matches() ? SIZE_SHIFTS.get(matcher.group(2)) : null;
        if (shift == null) return notASize(text);
        long bytes = Long.parseLong(matcher.group(1)) << shift;
        return bytes <= maxBytes
                ? Parsed.good(bytes)
                : Parsed.bad(Quoted.of(text) + " is too large", limit);
    }

    private static Parsed<Duration> notADuration(String text) {
        String what = Quoted.of(text) + " is not a duration";
        if (isZero(text)) return Parsed.bad(what, "1s at the least");
        if (text.matches("[0-9]+")) return Parsed.bad(what, "add a unit: " + text + "s");
        return Parsed.bad(
                what,
                meant(text, "smhd", "").orElse("a whole number and one unit: 30s, 5m, 2h, 2d"));
    }

    private static Parsed<Long> notASize(String text) {
        String what = Quoted.of(text) + " is not a size";
        if (isZero(text)) return Parsed.bad(what, "1KiB at the least");
        if (text.matches("[0-9]+")) return Parsed.bad(what, "add a unit, for example 36MiB");
        return Parsed.bad(
                what,
                meant(text, "KMG", "iB")
                        .orElse("a whole number and one unit: 512KiB, 36MiB, 1GiB"));
    }

    private static boolean isZero(String text) {
        return text.matches("0+[A-Za-z]*");
    }

    /// A guess at `5 minutes` or `36MB`: the number and the unit that begins like the word.
    private static Optional<String> meant(String text, String initials, String ending) {
        Matcher matcher = Pattern.compile("([1-9][0-9]{0,8}) ?([A-Za-z])[A-Za-z]*").matcher(text);
        if (!matcher.matches()) return Optional.empty();
        String initial = matcher.group(2);
        return initials.chars()
                .mapToObj(Character::toString)
                .filter(initial::equalsIgnoreCase)
                .findFirst()
                .map(unit -> "write " + matcher.group(1) + unit + ending);
    }
}
