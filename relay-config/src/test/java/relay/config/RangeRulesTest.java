package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import relay.core.address.IpRange;

class RangeRulesTest {

    @Property(tries = 500)
    void rangesAreRefusedExactlyWhereTwoAreEqualOrOverlapPartly(
            @ForAll("ranges") List<String> written) {
        // Given any ranges of one binding.
        List<Located<IpRange>> ranges = located(written);

        // When they are checked.
        var problems = new Problems();
        RangeRules.check(ranges, problems);

        // Then there is an error exactly where comparing each with each finds one.
        assertThat(problems.errors().isEmpty()).isEqualTo(noneConflicts(ranges));
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

    @Provide
    static Arbitrary<List<String>> ranges() {
        // Few addresses, so that they meet; both families, so that they must not be mixed up.
        Arbitrary<Integer> ends = Arbitraries.integers().between(0, 15);
        Arbitrary<String> ipv4 =
                ends.tuple2().map(pair -> range("10.0.0.", pair.get1(), pair.get2()));
        Arbitrary<String> ipv6 =
                ends.tuple2().map(pair -> range("2001:db8::", pair.get1() % 10, pair.get2() % 10));
        return Arbitraries.oneOf(ipv4, ipv6).list().ofMinSize(1).ofMaxSize(5);
    }

    private static String range(String prefix, int one, int other) {
        return prefix + Math.min(one, other) + "-" + prefix + Math.max(one, other);
    }
}
