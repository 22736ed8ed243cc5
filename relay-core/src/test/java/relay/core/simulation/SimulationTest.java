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
        var sum = Soak.run(first, Long.getLong("simulation.seeds", SEEDS));
        System.out.println("simulation: " + sum);
        assertThat(sum.deliveries()).isGreaterThanOrEqualTo(0);
    }

    /// Each has found a bug once.
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "75, resumed mail whose lifetime nobody watched any more never expired",
        "1000877, mail accepted before the clock was set back was attempted without end"
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
