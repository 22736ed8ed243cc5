package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class UnitTextTest {
    private static final SchemaCheck SCHEMA = SchemaCheck.load("connectors.schema.json");

    @Property(tries = 300)
    void aDurationIsItsNumberTimesItsUnit(@ForAll @IntRange(min = 1, max = 365) int number) {
        // Given a number that is within bounds in every unit.
        // When it is written in each.
        // Then it is read as that.
        assertThat(UnitText.duration(number + "s")).isEqualTo(good(Duration.ofSeconds(number)));
        assertThat(UnitText.duration(number + "m")).isEqualTo(good(Duration.ofMinutes(number)));
        assertThat(UnitText.duration(number + "h")).isEqualTo(good(Duration.ofHours(number)));
        assertThat(UnitText.duration(number + "d")).isEqualTo(good(Duration.ofDays(number)));
    }

    @Property(tries = 300)
    void aSizeIsItsNumberTimesItsUnit(@ForAll @IntRange(min = 1, max = 2000) int number) {
        // Given a number that is within bounds but for gigabytes.
        // When it is written in each unit.
        // Then it is read as that, and refused above the limit.
        assertThat(UnitText.size(number + "KiB")).isEqualTo(good(number * 1024L));
        assertThat(UnitText.size(number + "MiB")).isEqualTo(good(number * 1024L * 1024));
        assertThat(isGood(UnitText.size(number + "GiB"))).isEqualTo(number <= 2);
    }

    @Property(tries = 300)
    void editorAndRelayAgreeOnWhatADurationLooksLike(@ForAll("nearlyUnits") String text) {
        // Given any text that looks a little like a duration.
        // When schema and relay judge it.
        // Then they agree, but for those too long, which the schema cannot tell.
        boolean schemaAllows = pattern("duration").matcher(text).matches();
        assertThat(schemaAllows).isEqualTo(isGood(UnitText.duration(text)) || isTooLong(text));
    }

    @Property(tries = 300)
    void editorAndRelayAgreeOnWhatASizeLooksLike(@ForAll("nearlyUnits") String text) {
        // Given any text that looks a little like a size.
        // When schema and relay judge it.
        // Then they agree, but for those too large, which the schema cannot tell.
        boolean schemaAllows = pattern("size").matcher(text).matches();
        assertThat(schemaAllows).isEqualTo(isGood(UnitText.size(text)) || isTooLarge(text));
    }

    @Property(tries = 300)
    void nothingIsWrongWithoutAHint(@ForAll("nearlyUnits") String text) {
        // Given any text.
        // When it is refused.
        // Then the hint says what to write.
        if (UnitText.duration(text) instanceof Parsed.Bad<Duration>(_, var hint)) {
            assertThat(hint).isNotEmpty();
        }
        if (UnitText.size(text) instanceof Parsed.Bad<Long>(_, var hint)) {
            assertThat(hint).isNotEmpty();
        }
    }

    @Provide
    static Arbitrary<String> nearlyUnits() {
        Arbitrary<String> numbers =
                Arbitraries.oneOf(
                        Arbitraries.integers().between(0, 4000).map(Object::toString),
                        Arbitraries.strings().withChars("0123456789.-+").ofMaxLength(12));
        Arbitrary<String> units =
                Arbitraries.of("", "s", "m", "h", "d", "S", " s", "KiB", "MiB", "GiB", "MB", "kib");
        return Combinators.combine(numbers, units).as((n, unit) -> n + unit);
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
