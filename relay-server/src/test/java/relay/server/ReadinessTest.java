package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import relay.core.intake.BackPressure;
import relay.core.intake.BackPressure.Level;
import relay.core.intake.BackPressure.Resource;
import relay.server.store.StoreHealth;

class ReadinessTest {
    private StoreHealth queue = new StoreHealth.Writable();
    private Level level = Level.NONE;
    private boolean delivers = true;
    private boolean listens = true;
    private final Readiness readiness =
            new Readiness(
                    () -> queue,
                    () -> new BackPressure.State(level, Resource.DISK),
                    () -> delivers,
                    () -> listens);

    @Test
    void itIsReadyFromTheEndOfTheStartToTheBeginningOfTheStop() {
        assertThat(readiness.obstacles()).containsExactly("starting");
        readiness.started();
        assertThat(readiness.obstacles()).isEmpty();
        assertThat(readiness.isStopping()).isFalse();
        readiness.stops();
        assertThat(readiness.obstacles()).containsExactly("stopping");
        assertThat(readiness.isStopping()).isTrue();
    }

    @Test
    void eachPartThatCannotSaysSo() {
        readiness.started();
        queue = new StoreHealth.Failing("disk full", Instant.EPOCH);
        level = Level.STOPPED;
        delivers = false;
        listens = false;
        assertThat(readiness.obstacles())
                .containsExactly(
                        "the queue cannot be written since 1970-01-01T00:00:00Z: disk full",
                        "short of disk space",
                        "delivery does not run",
                        "nothing listens");
        queue = new StoreHealth.Damaged("the file is damaged");
        assertThat(readiness.obstacles()).contains("the file is damaged");
        queue = new StoreHealth.Closed();
        assertThat(readiness.obstacles()).contains("the queue is closed");
    }

    @Test
    void clientsThatAreSlowedDownAreStillServed() {
        readiness.started();
        level = Level.SLOWING;
        assertThat(readiness.obstacles()).isEmpty();
    }
}
