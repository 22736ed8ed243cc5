package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import relay.core.routing.Lane;
import relay.core.scheduler.SchedulerEvent.Ending;

/// One connection without mail finds out whether hosts are back, or that there never will be any.
class FailOverProbeTest {
    private static final Lane FIRST = new Lane("first", "a.example", "");

    private final World world = new World(SchedulerLimits.DEFAULT, FailOverTest.byDns());

    @Test
    void aDomainThatIsGoneIsNotAskedForAgainAndAgain() {
        // Given mail that has left a connector whose hosts cannot be reached.
        world.accept("x@a.example");
        world.end(first(), new Ending.NoHost(World.trouble(4)));
        world.settle();
        world.pass(Duration.ofMinutes(1));

        // When the domain turns out not to exist any more.
        world.end(first(), new Ending.Never(World.trouble(5)));
        world.settle();

        // Then the mail comes back for that verdict, and nothing is tried any more.
        if (world.sessions.containsValue(FIRST)) {
            world.end(first(), new Ending.Never(World.trouble(5)));
            world.settle();
        }
        assertThat(world.notices).hasSize(1);
        assertThat(world.sessions).doesNotContainValue(FIRST);
    }

    private SessionId first() {
        return world.sessions.entrySet().stream()
                .filter(session -> session.getValue().equals(FIRST))
                .findFirst()
                .orElseThrow()
                .getKey();
    }
}
