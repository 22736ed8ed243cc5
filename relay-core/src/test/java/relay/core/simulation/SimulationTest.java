package relay.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The relay under everything that a seed can think of. `-Dsimulation.seeds` says how many seeds,
/// `-Dsimulation.first` from which on.
class SimulationTest {
    private static final int SEEDS = 2_000;

    @Test
    void whateverHappensEveryMessageEndsOnceAndNoHostHearsWhatItMustNot() {
        long first = Long.getLong("simulation.first", 1_000_000);
        long seeds = Long.getLong("simulation.seeds", SEEDS);
        var sum = Soak.run(first, seeds);
        System.out.println("simulation: " + sum);
        assertThat(sum.seeds()).isEqualTo(seeds);
    }

    /// Seeds that find a bug of the past, where it is put in again. That they do, `.ci/mutations`
    /// sees.
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("past")
    void theBugsOfThePastStayFixed(long seed, String found) {
        assertThat(found).isNotEmpty();
        assertThat(Simulation.run(seed).events()).isPositive();
    }

    static List<Arguments> past() throws IOException {
        var past = new ArrayList<Arguments>();
        String name = "";
        for (String line : Files.readAllLines(Path.of("src/test/mutations/faults.txt"))) {
            if (line.startsWith("fault ")) name = line.substring("fault ".length());
            if (!line.startsWith("past ")) continue;
            past.add(Arguments.of(Long.parseLong(line.split(" ", -1)[1]), name));
        }
        assertThat(past).isNotEmpty();
        return past;
    }

    @Test
    void aSeedHappensTheSameWayEachTime() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.trace(seed)).isEqualTo(Simulation.trace(seed)).isNotEmpty();
        }
    }
}
