package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.event.RelayEvent;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.LaneStatus.Status;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.scheduler.SchedulerEvent.Ending;

/// What the scheduler keeps in mind, and on disk, so that nothing waits for ever or too long: each
/// was once changed without a test that noticed.
class SchedulerRecordsTest {
    private static final Lane A = new Lane("internet", "a.example", "");

    @Test
    void eachDelayOfAMessageIsTheNextOfItsSchedule() {
        // Given a host that defers a message each time.
        var world = World.simple();
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        var later = new DeliveryOutcome.Deferred(World.trouble(4));
        SessionId session = world.onlySession();
        world.open(session);
        world.answer(session, entry, later);
        var first = Duration.between(world.now, world.onlyEntry().nextAttempt());

        // When it is deferred for the second time.
        world.pass(first);
        world.sessions.keySet().stream()
                .filter(s -> !world.opened.containsKey(s))
                .forEach(world::open);
        QueueEntry again = world.onlyEntry();
        SessionId who =
                world.offered.keySet().stream()
                        .filter(s -> world.at(s).contains(again))
                        .findFirst()
                        .orElseThrow();
        world.answer(who, again, later);

        // Then it waits for the second delay.
        assertThat(first).isEqualTo(Duration.ofMinutes(1));
        assertThat(Duration.between(world.now, world.onlyEntry().nextAttempt()))
                .isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void aResumedLaneIsNotSuspendedAfterARestart() {
        // Given a lane that was suspended and resumed.
        var world = World.simple();
        world.accept("x@a.example");
        world.on(new SchedulerEvent.SuspendAsked(List.of(A)));
        world.end(world.onlySession(), new Ending.Served(List.of()));
        world.on(new SchedulerEvent.ResumeAsked(List.of(A)));

        // When the relay starts again, its mail goes.
        world.restart();
        assertThat(world.status().status()).isNotEqualTo(Status.SUSPENDED);
        assertThat(world.sessions).hasSize(1);
    }

    @Test
    void aLaneThatTheOperatorRetriedDoesNotRestAfterARestart() {
        // Given a lane that rests, and an operator who wants it tried at once.
        var world = World.simple();
        world.accept("x@a.example");
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));
        world.on(new SchedulerEvent.RetryAsked(List.of(A)));

        // When the relay starts again before anything came of it, then it is tried.
        world.restart();
        assertThat(world.sessions).hasSize(1);
    }

    @Test
    void aReloadThatChangesTheConnectorEndsTheRestOfItsLane() {
        // Given a lane that rests.
        var world = World.simple();
        world.accept("x@a.example");
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));
        assertThat(world.sessions).isEmpty();

        // When the same configuration is read again, it rests on; when another is, it is tried.
        world.on(new SchedulerEvent.PolicyChanged(World.policy(OnTlsFailure.QUEUE)));
        world.settle();
        assertThat(world.sessions).isEmpty();
        world.policy = World.policy(OnTlsFailure.HOLD);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        assertThat(world.sessions).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReloadEndsTheSessionsOfAConnectorThatChangedAndNoOther(boolean changes) {
        // Given an open session.
        var world = World.simple();
        world.accept("x@a.example");
        SessionId session = world.onlySession();
        world.open(session);

        // When a configuration comes in force that changes its connector, or does not.
        world.policy = World.policy(changes ? OnTlsFailure.HOLD : OnTlsFailure.QUEUE);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));

        // Then it is to end, or to go on.
        assertThat(world.finishing.contains(session)).isEqualTo(changes);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLaneRestsAfterTroubleUnlessItsSessionDelivered(boolean delivers) {
        // Given a session that delivers a message, or none, and then has trouble.
        var world = World.simple();
        world.accept("x@a.example");
        SessionId session = world.onlySession();
        world.open(session);
        if (delivers) {
            world.deliverAll(session);
            world.accept("y@a.example");
        }
        world.told.clear();
        world.end(session, new Ending.Served(List.of(World.trouble(4))));

        // Then the lane rests, and that is told, or it does not.
        boolean rests =
                world.told.stream()
                        .anyMatch(told ->
                                told instanceof Action.Tell(var event)
                                        && event instanceof RelayEvent.LaneFailed);
        assertThat(rests).isNotEqualTo(delivers);
    }

    @Test
    void aWindowGrowsOneByOneToItsBoundAndShrinksByHalfToOne() {
        var window = new Window(5, 7);
        for (int i = 0; i < 3; i++) window.grow();
        assertThat(window.size()).isEqualTo(7);
        window.shrink();
        assertThat(window.size()).isEqualTo(3);
        window.shrink();
        window.shrink();
        assertThat(window.size()).isOne();
    }
}
