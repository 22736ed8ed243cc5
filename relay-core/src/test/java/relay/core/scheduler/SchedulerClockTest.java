package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.QueueEntry;
import relay.core.scheduler.SchedulerEvent.Ending;

/// A wall clock may be set back; nothing waits for the old time to come again.
class SchedulerClockTest {
    @ParameterizedTest
    @EnumSource(Meanwhile.class)
    void aClockThatIsSetBackEndsALanesRest(Meanwhile relay) {
        // Given a lane that rests.
        var world = World.simple();
        world.accept("x@a.example");
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));

        // When the clock is set back by a day; then it is attempted at once, not a day later.
        switch (relay) {
            case RUNS -> world.pass(Duration.ofDays(-1));
            case IS_STOPPED -> {
                world.now = World.START.minus(Duration.ofDays(1));
                world.restart();
            }
        }
        world.open(world.onlySession());
        assertThat(world.at(world.onlySession())).hasSize(1);
    }

    enum Meanwhile {
        RUNS,
        IS_STOPPED
    }

    @Test
    void aClockThatIsSetBackHoldsUpNoDeferredMessage() {
        // Given a message that waits for its own next attempt.
        var world = World.simple();
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        world.answer(session, entry, new DeliveryOutcome.Deferred(World.trouble(4)));

        // When the clock is set back by a day; then it is attempted at once.
        world.pass(Duration.ofDays(-1));
        List.copyOf(world.sessions.keySet()).forEach(world::open);
        assertThat(world.inFlight).containsExactly(entry.id());
    }

    @Test
    void aClockThatWasSetBackSavesNoMailFromADomainThatDoesNotExist() {
        // Given mail, and a clock that is set back after it was accepted.
        var world = World.simple();
        world.accept("x@a.example");
        world.now = world.now.minus(Duration.ofHours(1));

        // When its domain turns out not to exist.
        world.end(world.onlySession(), new Ending.Never(World.trouble(5)));
        world.settle();

        // Then it goes back, and after one more look at what the new time makes due it is quiet.
        assertThat(world.notices).hasSize(1);
        world.end(world.onlySession(), new Ending.Never(World.trouble(5)));
        world.settle();
        assertThat(world.sessions).isEmpty();
    }

    @Test
    void aClockThatIsSetBackWhileTheDiskIsAskedForOldMailSavesIt() {
        // Given mail beyond its lifetime, and a disk that is yet to say so.
        var world = World.simple();
        world.accept("x@a.example");
        world.now = world.now.plus(Duration.ofDays(3));
        world.on(new SchedulerEvent.Tick());

        // When the clock is set back before the disk answers; then the mail lives longer by as
        // much.
        world.now = world.now.minus(Duration.ofDays(3));
        world.settle();
        world.pass(Duration.ofDays(2));
        assertThat(world.notices).isEmpty();

        // Then it expires by the clock as it is now.
        world.pass(Duration.ofHours(1));
        assertThat(world.notices).hasSize(1);
    }

    @Test
    void aClockThatIsSetBackWhileTheDiskIsAskedForDelayedMailPutsOffTheWarning() {
        // Given mail that waits for long enough, and a disk that is yet to say so.
        var world = World.simple();
        world.accept("x@a.example");
        world.now = world.now.plus(Duration.ofHours(5));
        world.on(new SchedulerEvent.Tick());

        // When the clock is set back before the disk answers; then its sender hears nothing yet.
        world.now = world.now.minus(Duration.ofHours(5));
        world.settle();
        world.pass(Duration.ofHours(4));
        assertThat(world.warnings).isEmpty();

        // Then its sender is warned by the clock as it is now.
        world.pass(Duration.ofMinutes(1));
        assertThat(world.warnings).hasSize(1);
    }
}
