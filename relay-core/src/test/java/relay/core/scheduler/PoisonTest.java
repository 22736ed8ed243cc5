package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.MailOrder.Release.Poison;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.smtp.EnhancedStatus;

/// A message over which the relay itself fails.
class PoisonTest {
    private static final Diagnostic FAULT =
            Diagnostic.of(
                    Diagnostic.Reason.POISON,
                    new EnhancedStatus(4, 3, 0),
                    "a fault of ours: it is odd",
                    "mx");

    @Test
    void aMessageThatWasAloneIsHeldAndNotTriedAgain() {
        // Given a message on its way.
        var world = World.simple();
        QueueEntry poison = world.accept("x@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);

        // When the relay fails over it.
        crash(world, session);

        // Then it is held, with the reason, and whatever time passes it is not attempted.
        QueueEntry held = world.disk.entry(poison.id());
        assertThat(held.status()).isEqualTo(EntryStatus.HELD);
        assertThat(world.told)
                .contains(new Action.Tell(new RelayEvent.Held(poison, List.of(FAULT))));
        for (int day = 0; day < 5; day++) world.pass(Duration.ofDays(1));
        assertThat(world.sessions).isEmpty();
        assertThat(world.disk.entry(poison.id()).status()).isEqualTo(EntryStatus.HELD);
        assertThat(world.notices).isEmpty();
    }

    @Test
    void ofTwoMessagesUnderWayOnlyTheOneThatDoesItAgainIsHeld() {
        // Given two messages on one connection.
        var world = World.simple();
        QueueEntry innocent = world.accept("x@a.example").entries().getFirst();
        QueueEntry poison = world.accept("y@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        assertThat(world.at(session)).hasSize(2);

        // When the relay fails.
        crash(world, session);

        // Then each goes alone the next time, whatever the connection could take.
        world.pass(Duration.ofMinutes(1));
        SessionId next = world.onlySession();
        world.open(next);
        assertThat(world.at(next)).containsExactly(innocent);
        world.answer(next, innocent, new DeliveryOutcome.Delivered(World.OK));
        world.settle();
        assertThat(world.at(next)).containsExactly(poison);

        // And the one that does it again is held; the other has been delivered.
        crash(world, next);
        assertThat(world.disk.entries).containsOnlyKeys(poison.id());
        assertThat(world.disk.entry(poison.id()).status()).isEqualTo(EntryStatus.HELD);
    }

    @Test
    void whatIsReleasedWithOthersLeavesItHeld() {
        // Given a message that is held as poison, and one that the operator holds.
        var world = World.simple();
        QueueEntry poison = world.accept("x@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        crash(world, session);
        QueueEntry held = world.accept("y@a.example").entries().getFirst();
        var both = List.<MailChoice>of(new MailChoice.Whole(held.lane()));
        world.on(new SchedulerEvent.OrderGiven(1, new MailOrder.Hold(), both));
        world.settle();

        // When what the lane holds is released.
        var release = new MailOrder.Release(Poison.STAYS_HELD);
        world.on(new SchedulerEvent.OrderGiven(2, release, both));
        world.settle();

        // Then that one is, and the answer counts the other.
        assertThat(world.results).last().isEqualTo(new OrderResult(1, 0, 0, 1));
        assertThat(world.disk.entry(poison.id()).status()).isEqualTo(EntryStatus.HELD);
        assertThat(world.disk.entry(held.id()).status()).isEqualTo(EntryStatus.QUEUED);
    }

    @Test
    void whatIsHeldBecauseItsNoticeCannotBeWrittenCountsAndCanBeReleased() {
        // Given a writer of notices that fails, and a message that its host refuses.
        var world = World.simple();
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        world.noticesFail = true;
        world.answer(session, entry, new DeliveryOutcome.Rejected(World.trouble(5)));
        world.settle();
        world.end(session, new Ending.Served(List.of()));

        // Then the queue shows that it is held.
        world.pass(Duration.ofMinutes(1));
        assertThat(world.status().held()).isEqualTo(1);
        assertThat(world.status().bytes()).isPositive();

        // And when it is released with all the rest, it goes.
        var all = List.<MailChoice>of(new MailChoice.Whole(entry.lane()));
        world.on(new SchedulerEvent.OrderGiven(1, new MailOrder.Release(Poison.TOO), all));
        world.settle();
        SessionId next = world.onlySession();
        world.open(next);
        world.deliverAll(next);
        world.end(next, new Ending.Served(List.of()));
        assertThat(world.disk.entries).isEmpty();
        assertThat(world.scheduler.status(world.now)).isEmpty();
    }

    @Test
    void theOperatorCanHaveItTriedAgain() {
        // Given a message that is held as poison.
        var world = World.simple();
        QueueEntry poison = world.accept("x@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        crash(world, session);

        // When the operator resumes it, with a relay that does better.
        world.on(
                new SchedulerEvent.OrderGiven(
                        1,
                        new MailOrder.Release(Poison.TOO),
                        List.of(new MailChoice.Single(poison.lane(), List.of(poison.id())))));
        world.settle();
        world.pass(Duration.ofMinutes(1));
        SessionId next = world.onlySession();
        world.open(next);
        world.deliverAll(next);

        // Then it is delivered.
        assertThat(world.disk.entries).isEmpty();
    }

    private static void crash(World world, SessionId session) {
        world.at(session).forEach(entry -> world.inFlight.remove(entry.id()));
        world.sessions.remove(session);
        world.offered.remove(session);
        world.on(new SchedulerEvent.SessionEnded(session, new Ending.Served(List.of(FAULT))));
        world.settle();
    }
}
