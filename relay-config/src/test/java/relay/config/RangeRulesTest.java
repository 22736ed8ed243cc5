package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import relay.core.address.IpRange;

class RangeRulesTest {

    @Test
    void rangesAreRefusedExactlyWhereTwoAreEqualOrOverlapPartly() {
        for (long seed = 0; seed < 2_000; seed++) {
            // Given any ranges of one binding.
            List<Located<IpRange>> ranges = located(ranges(new Random(seed)));

            // When they are checked.
            var problems = new Problems();
            RangeRules.check(ranges, problems);

            // Then there is an error exactly where comparing each with each finds one.
            assertThat(problems.errors().isEmpty())
                    .as("seed %d", seed)
                    .isEqualTo(noneConflicts(ranges));
        }
    }

    private static boolean noneConflicts(List<Located<IpRange>> ranges) {
        for (int i = 0; i < ranges.size(); i++) {
            for (int j = 0; j < i; j++) {
                IpRange one = ranges.get(i).value();
                IpRange other = ranges.get(j).value();
                boolean nested = one.contains(other) != other.contains(one);
                if (one.overlaps(other) && !nested) return false;
            }
        }
        return true;
    }

    private static List<Located<IpRange>> located(List<String> written) {
        var ranges = new ArrayList<Located<IpRange>>();
        for (String text : written) {
            var place = new Place(Path.of("connectors.yaml"), 1, ranges.size() + 1);
            ranges.add(new Located<>(place, text, IpRange.parse(text).orElseThrow()));
        }
        return ranges;
    }

    /// Few addresses, so that they meet; both families, so that they must not be mixed up.
    private static List<String> ranges(Random random) {
        return Stream.generate(() ->
                        random.nextBoolean()
                                ? range("10.0.0.", random.nextInt(16), random.nextInt(16))
                                : range("2001:db8::", random.nextInt(10), random.nextInt(10)))
                .limit(random.nextInt(1, 6))
                .toList();
    }

    private static String range(String prefix, int one, int other) {
        return prefix + Math.min(one, other) + "-" + prefix + Math.max(one, other);
    }
}
