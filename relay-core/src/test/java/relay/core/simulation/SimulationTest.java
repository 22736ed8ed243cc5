package relay.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /// Each has found a bug once.
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "2000156, mail that the operator resumed had no lifetime any more",
        "2000925, a clock set back made one connection after the other to a domain that is not",
        "1000877, the same once the scheduler notices a clock that was set back"
    })
    void theBugsOfThePastStayFixed(long seed, String found) {
        assertThat(found).isNotEmpty();
        assertThat(Simulation.run(seed).events()).isPositive();
    }

    @Test
    void aSeedHappensTheSameWayEachTime() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.trace(seed)).isEqualTo(Simulation.trace(seed)).isNotEmpty();
        }
    }
}
