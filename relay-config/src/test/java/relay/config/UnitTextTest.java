package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnitTextTest {
    private static final List<String> UNITS =
            List.of("", "s", "m", "h", "d", "S", " s", "KiB", "MiB", "GiB", "MB", "kib");
    private static final String DIGITS = "0123456789.-+";
    private static final SchemaCheck SCHEMA = SchemaCheck.load("connectors.schema.json");

    @Test
    void aDurationIsItsNumberTimesItsUnit() {
        for (int number = 1; number <= 365; number++) {
            // Given a number that is within bounds in every unit.
            // When it is written in each.
            // Then it is read as that.
            assertThat(UnitText.duration(number + "s")).isEqualTo(good(Duration.ofSeconds(number)));
            assertThat(UnitText.duration(number + "m")).isEqualTo(good(Duration.ofMinutes(number)));
            assertThat(UnitText.duration(number + "h")).isEqualTo(good(Duration.ofHours(number)));
            assertThat(UnitText.duration(number + "d")).isEqualTo(good(Duration.ofDays(number)));
        }
    }

    @Test
    void aSizeIsItsNumberTimesItsUnit() {
        for (int number = 1; number <= 2000; number++) {
            // Given a number that is within bounds but for gigabytes.
            // When it is written in each unit.
            // Then it is read as that, and refused above the limit.
            assertThat(UnitText.size(number + "KiB")).isEqualTo(good(number * 1024L));
            assertThat(UnitText.size(number + "MiB")).isEqualTo(good(number * 1024L * 1024));
            assertThat(isGood(UnitText.size(number + "GiB"))).isEqualTo(number <= 2);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void editorAndRelayAgreeOnWhatADurationLooksLike(long seed) {
        // Given any text that looks a little like a duration.
        // When schema and relay judge it.
        // Then they agree, but for those too long, which the schema cannot tell.
        Pattern schema = pattern("duration");
        assertThat(nearlyUnits(seed))
                .allMatch(text ->
                        schema.matcher(text).matches()
                                == (isGood(UnitText.duration(text)) || isTooLong(text)));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void editorAndRelayAgreeOnWhatASizeLooksLike(long seed) {
        // Given any text that looks a little like a size.
        // When schema and relay judge it.
        // Then they agree, but for those too large, which the schema cannot tell.
        Pattern schema = pattern("size");
        assertThat(nearlyUnits(seed))
                .allMatch(text ->
                        schema.matcher(text).matches()
                                == (isGood(UnitText.size(text)) || isTooLarge(text)));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void nothingIsWrongWithoutAHint(long seed) {
        // Given any text.
        // When it is refused.
        // Then the hint says what to write.
        assertThat(nearlyUnits(seed)).allMatch(text -> isGoodOrHinted(UnitText.duration(text)));
        assertThat(nearlyUnits(seed)).allMatch(text -> isGoodOrHinted(UnitText.size(text)));
    }

    private static boolean isGoodOrHinted(Parsed<?> parsed) {
        return !(parsed instanceof Parsed.Bad<?>(_, var hint)) || !hint.isEmpty();
    }

    /// Numbers, and what is nearly one, before every unit and what is nearly one.
    private static List<String> nearlyUnits(long seed) {
        var random = new Random(seed);
        var numbers =
                Stream.concat(
                        random.ints(50, 0, 4001).mapToObj(Integer::toString),
                        Stream.generate(() -> nearlyNumber(random)).limit(300));
        return Stream.concat(Stream.of("", "0", "1", "4000"), numbers)
                .flatMap(number -> UNITS.stream().map(unit -> number + unit))
                .toList();
    }

    private static String nearlyNumber(Random random) {
        return IntStream.range(0, random.nextInt(13))
                .mapToObj(_ -> String.valueOf(DIGITS.charAt(random.nextInt(13))))
                .collect(Collectors.joining());
    }

    private static boolean isTooLong(String text) {
        return UnitText.duration(text) instanceof Parsed.Bad<Duration>(var what, _)
                && what.endsWith("is too long");
    }

    private static boolean isTooLarge(String text) {
        return UnitText.size(text) instanceof Parsed.Bad<Long>(var what, _)
                && what.endsWith("is too large");
    }

    private static boolean isGood(Parsed<?> parsed) {
        return parsed instanceof Parsed.Good<?>;
    }

    private static <T> Parsed<T> good(T value) {
        return Parsed.good(value);
    }

    private static Pattern pattern(String name) {
        return Pattern.compile(SCHEMA.root().at("/$defs/" + name + "/pattern").asString());
    }
}
