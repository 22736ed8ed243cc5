package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import relay.core.address.Mailbox;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.LaneStatus.Status;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.scheduler.SchedulerEvent.Ending;

class SchedulerTest {
    @Test
    void oneSessionCarriesALanesMailMessageAfterMessage() {
        // Given two messages for one domain.
        var world = World.simple();
        QueueEntry one = world.accept("x@a.example").entries().getFirst();
        QueueEntry two = world.accept("y@a.example").entries().getFirst();

        // When the session that was ordered is open.
        SessionId session = world.onlySession();
        world.open(session);

        // Then it is offered both, in order, and the queue is empty once it has delivered them.
        assertThat(world.at(session)).containsExactly(one, two);
        world.deliverAll(session);
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void aNextHopThatCannotBeReachedRestsTheWholeLaneLongerEachTime() {
        // Given a lane with mail whose hosts are down.
        var world = World.simple();
        world.accept("x@a.example");
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));

        // Then it rests, whatever else arrives.
        world.accept("y@a.example");
        assertThat(world.sessions).isEmpty();
        assertThat(world.status().status()).isEqualTo(Status.RETRY);

        // When its first delay is over, one connection finds out how it is now.
        world.pass(Duration.ofMinutes(1));
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));

        // Then the next delay is the second of the schedule.
        world.pass(Duration.ofMinutes(9));
        assertThat(world.sessions).isEmpty();
        world.pass(Duration.ofMinutes(1));
        world.open(world.onlySession());
        world.deliverAll(world.onlySession());
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void aRestingLaneStillRestsAfterARestart() {
        // Given a lane that rests.
        var world = World.simple();
        world.accept("x@a.example");
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));

        // When the relay starts again, it knows.
        world.restart();
        assertThat(world.sessions).isEmpty();

        // And goes on when the delay is over.
        world.pass(Duration.ofMinutes(1));
        world.open(world.onlySession());
        assertThat(world.at(world.onlySession())).hasSize(1);
    }

    @Test
    void aDeferredMessageDelaysOnlyItself() {
        // Given a session with two messages.
        var world = World.simple();
        QueueEntry one = world.accept("x@a.example").entries().getFirst();
        world.accept("y@a.example");
        SessionId session = world.onlySession();
        world.open(session);

        // When the host defers the first and takes the second.
        world.answer(session, one, new DeliveryOutcome.Deferred(World.trouble(4)));
        world.deliverAll(session);

        // Then the first waits for its own next attempt, with what it has been through.
        QueueEntry waiting = world.disk.entry(one.id());
        assertThat(waiting.attempts()).isEqualTo(1);
        assertThat(waiting.nextAttempt()).isEqualTo(World.START.plus(Duration.ofMinutes(1)));
        world.pass(Duration.ofMinutes(1));
        List.copyOf(world.sessions.keySet()).forEach(world::open);
        assertThat(world.inFlight).containsExactly(one.id());
    }

    @Test
    void recipientsOfOneMessageFareEachForItself() {
        // Given one message to three recipients of a domain.
        var world = World.simple();
        QueueEntry entry =
                world.accept("ok@a.example", "no@a.example", "later@a.example")
                        .entries()
                        .getFirst();
        SessionId session = world.onlySession();
        world.open(session);

        // When one is taken, one refused and one deferred.
        Map<Mailbox, DeliveryOutcome> outcomes = new LinkedHashMap<>();
        outcomes.put(entry.recipients().get(0), new DeliveryOutcome.Delivered(World.OK));
        outcomes.put(entry.recipients().get(1), new DeliveryOutcome.Rejected(World.trouble(5)));
        outcomes.put(entry.recipients().get(2), new DeliveryOutcome.Deferred(World.trouble(4)));
        world.answer(session, entry, outcomes);
        world.settle();

        // Then the refused one is bounced and the deferred one alone goes on.
        assertThat(world.notices.getFirst().failed()).containsOnlyKeys(entry.recipients().get(1));
        assertThat(world.disk.entry(entry.id()).recipients())
                .containsExactly(entry.recipients().get(2));
    }

    @Test
    void anAnswerOfTheDiskThatWasOvertakenByADeliveryBringsNothingBack() {
        // Given a backlog on disk and a question about it that is still unanswered.
        var world = World.simple();
        QueueEntry one = world.accept("x@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        world.on(new SchedulerEvent.RetryAsked(List.of(one.lane())));
        assertThat(world.pendingAnswers).isNotEmpty();

        // When the message is delivered before the answer comes.
        world.answer(session, one, new DeliveryOutcome.Delivered(World.OK));
        world.settle();

        // Then it is not offered again; World fails on an offer of what has ended.
        assertThat(world.at(session)).isEmpty();
    }

    @Test
    void anExpiredMessageIsBouncedAlsoWhileItsLaneRests() {
        // Given a message whose next hop never answers.
        var world = World.simple();
        world.accept("x@a.example");
        for (int i = 0; i < 2000 && world.notices.isEmpty(); i++) {
            if (!world.sessions.isEmpty()) {
                world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));
            }
            world.pass(Duration.ofMinutes(10));
        }

        // Then its sender was warned once, and got it back when its lifetime had ended.
        assertThat(world.warnings).hasSize(1);
        assertThat(world.notices).hasSize(1);
        assertThat(world.notices.getFirst().failed().values())
                .allMatch(why -> why.status().toString().equals("5.4.7"));
        assertThat(Duration.between(World.START, world.now))
                .isBetween(Duration.ofDays(2), Duration.ofDays(2).plusMinutes(20));
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void unmetDemandsNeverBounceByThemselves() {
        // Given mail for a partner whose TLS is broken.
        var world = World.simple();
        world.accept("x@a.example");

        // When the demands are not met.
        world.end(world.onlySession(), new Ending.DemandsUnmet(World.trouble(4)));
        world.settle();

        // Then it waits.
        assertThat(world.notices).isEmpty();
        assertThat(world.disk.entries).hasSize(1);
    }

    @Test
    void onTlsFailureHoldKeepsTheMailForTheOperator() {
        // Given a connector that holds mail when the partner's TLS fails.
        var world = new World(SchedulerLimits.DEFAULT, World.policy(OnTlsFailure.HOLD));
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();

        // When it fails.
        world.end(world.onlySession(), new Ending.DemandsUnmet(World.trouble(4)));
        world.pass(Duration.ofDays(3));

        // Then the message is held, and time does not end it.
        assertThat(world.disk.entry(entry.id()).status()).isEqualTo(EntryStatus.HELD);
        assertThat(world.status().held()).isEqualTo(1);
        assertThat(world.notices).isEmpty();

        // Until the operator resumes it.
        world.on(
                new SchedulerEvent.OrderGiven(
                        1,
                        new MailOrder.Release(MailOrder.Release.Poison.STAYS_HELD),
                        List.of(new MailChoice.Whole(entry.lane()))));
        world.settle();
        world.settle();
        world.open(world.onlySession());
        assertThat(world.at(world.onlySession())).hasSize(1);
        world.deliverAll(world.onlySession());
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void mailThatWasHeldBeyondItsLifetimeExpiresWhenTheOperatorResumesIt() {
        // Given held mail, in a lane that has been looked through for old mail meanwhile.
        var world = new World(SchedulerLimits.DEFAULT, World.policy(OnTlsFailure.HOLD));
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        world.end(world.onlySession(), new Ending.DemandsUnmet(World.trouble(4)));
        world.pass(Duration.ofDays(3));

        // When the operator resumes it, and no host is to be had.
        world.on(
                new SchedulerEvent.OrderGiven(
                        1,
                        new MailOrder.Release(MailOrder.Release.Poison.STAYS_HELD),
                        List.of(new MailChoice.Whole(entry.lane()))));
        world.settle();
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));
        world.pass(Duration.ofMinutes(1));

        // Then it goes back to its sender.
        assertThat(world.notices).hasSize(1);
    }

    @Test
    void onTlsFailureBounceGivesBackWhatIsOnDiskToo() {
        // Given more mail than the memory may hold, for a connector that bounces.
        var limits = new SchedulerLimits(5, 5, 3, 10, 5, 2, Duration.ofSeconds(5), 100);
        var world = new World(limits, World.policy(OnTlsFailure.BOUNCE));
        for (int i = 0; i < 20; i++) world.accept("x" + i + "@a.example");

        // When the partner's TLS fails.
        for (SessionId session : List.copyOf(world.sessions.keySet())) {
            world.end(session, new Ending.DemandsUnmet(World.trouble(4)));
        }
        world.settle();

        // Then all of it is given back, for good.
        assertThat(world.notices).hasSize(20);
        assertThat(world.notices.getFirst().failed().values())
                .allMatch(why -> why.status().statusClass() == 5);
    }

    @Test
    void mailForADomainThatDoesNotExistIsGivenBackAtOnce() {
        var world = World.simple();
        world.accept("x@a.example");
        world.end(world.onlySession(), new Ending.Never(World.trouble(5)));
        world.settle();
        assertThat(world.notices).hasSize(1);
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void aMessageLargerThanItsConnectorTakesIsGivenBackAndNeverOffered() {
        // Given a message of two megabytes and a connector that takes one.
        var world = World.simple();
        world.accept(world.message(2_000_000, "x@a.example"));
        world.open(world.onlySession());
        world.settle();
        assertThat(world.notices.getFirst().failed().values())
                .allMatch(why -> why.status().toString().equals("5.3.4"));
    }

    @Test
    void oneStalledLaneDoesNotKeepAnotherWaiting() {
        // Given room for two connections, and two lanes whose hosts stall.
        var limits = new SchedulerLimits(100, 100, 10, 2, 5, 2, Duration.ofSeconds(5), 100);
        var world = new World(limits, World.policy(OnTlsFailure.QUEUE));
        world.accept("x@a.example");
        world.accept("x@b.example");
        assertThat(world.sessions).hasSize(2);

        // When a third has mail, it waits, and is next when one of them ends.
        world.accept("x@c.example");
        assertThat(world.sessions).hasSize(2);
        SessionId first = world.sessions.keySet().iterator().next();
        world.end(first, new Ending.NoHost(World.trouble(4)));
        assertThat(world.sessions.values()).anyMatch(lane -> lane.nextHop().equals("c.example"));
    }

    @Test
    void anIdleSessionIsEndedAfterAWhile() {
        var world = World.simple();
        world.accept("x@a.example");
        SessionId session = world.onlySession();
        world.open(session);
        world.deliverAll(session);
        world.pass(Duration.ofSeconds(4));
        assertThat(world.finishing).isEmpty();
        world.pass(Duration.ofSeconds(2));
        assertThat(world.finishing).containsExactly(session);
    }

    @Test
    void aDeferralWhoseNoticeIsStillBeingWrittenIsNotForgotten() {
        // Given a message of which one recipient failed and one is deferred, the notice not yet
        // written.
        var world = World.simple();
        QueueEntry entry = world.accept("no@a.example", "later@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        Map<Mailbox, DeliveryOutcome> outcomes = new LinkedHashMap<>();
        outcomes.put(entry.recipients().get(0), new DeliveryOutcome.Rejected(World.trouble(5)));
        outcomes.put(entry.recipients().get(1), new DeliveryOutcome.Deferred(World.trouble(4)));
        world.answer(session, entry, outcomes);

        // When its next attempt comes due before the notice is written.
        world.now = world.now.plus(Duration.ofMinutes(2));
        world.on(new SchedulerEvent.Tick());
        world.settle();
        world.pass(Duration.ofSeconds(1));

        // Then it is attempted all the same.
        assertThat(world.disk.entry(entry.id()).recipients()).hasSize(1);
        List.copyOf(world.sessions.keySet()).forEach(world::open);
        assertThat(world.inFlight).containsExactly(entry.id());
    }

    @Test
    void retryByTheOperatorEndsTheWaitingOfLaneAndMessage() {
        var world = World.simple();
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));
        assertThat(world.sessions).isEmpty();
        world.on(new SchedulerEvent.RetryAsked(List.of(entry.lane())));
        world.settle();
        world.open(world.onlySession());
        assertThat(world.inFlight).containsExactly(entry.id());
    }

    @Test
    void afterStoppingNothingNewBeginsAndNothingIsForgotten() {
        var world = World.simple();
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        world.on(new SchedulerEvent.Stopping());
        assertThat(world.finishing).contains(session);
        world.accept("y@b.example");
        assertThat(world.sessions).hasSize(1);
        world.answer(session, entry, new DeliveryOutcome.Delivered(World.OK));
        assertThat(world.disk.entries).hasSize(1);
    }

    @Test
    void theDiskIsToldOfAHealthyLaneAgain() {
        var world = World.simple();
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));
        world.pass(Duration.ofMinutes(1));
        world.open(world.onlySession());
        assertThat(world.disk.record(entry.lane()).failures()).isZero();
    }
}
