package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.address.Mailbox;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.MailOrder.Remove.Notice;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.smtp.HostLimits;

/// Messages to more recipients than a host takes in one transaction (RFC 9422).
class SplitTest {
    private static final HostLimits TWO = new HostLimits(HostLimits.NO_LIMIT, 2, 1);
    private static final String[] FIVE = {
        "p@a.example", "q@a.example", "r@a.example", "s@a.example", "t@a.example"
    };

    private final World world = World.simple();

    private List<List<String>> left() {
        return world.disk.entries.values().stream()
                .map(entry -> entry.recipients().stream().map(Mailbox::localPart).toList())
                .toList();
    }

    @Test
    void theOutcomeOfEachTransactionIsWrittenWhenItEnds() {
        // Given a message to five, and a host that takes two at a time.
        world.accept(FIVE);
        SessionId session = world.onlySession();
        world.open(session, TWO);

        // Then it is offered what fits, and nobody is left out.
        assertThat(left()).containsExactly(List.of("p", "q"), List.of("r", "s"), List.of("t"));
        assertThat(world.at(session)).hasSize(2);

        // When the first transaction has ended, then the disk knows, whatever becomes of the next.
        world.answer(
                session, world.at(session).getFirst(), new DeliveryOutcome.Delivered(World.OK));
        assertThat(left()).containsExactly(List.of("r", "s"), List.of("t"));

        // And after a crash the others alone go on.
        world.restart();
        world.open(world.onlySession(), TWO);
        world.deliverAll(world.onlySession());
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void eachPartFaresForItself() {
        // Given a message in parts.
        world.accept(FIVE);
        SessionId session = world.onlySession();
        world.open(session, TWO);

        // When the first is refused, the second deferred, and the third taken.
        QueueEntry second = world.at(session).get(1);
        world.answer(
                session,
                world.at(session).getFirst(),
                new DeliveryOutcome.Rejected(World.trouble(5)));
        world.answer(session, second, new DeliveryOutcome.Deferred(World.trouble(4)));
        world.deliverAll(session);
        world.settle();

        // Then its sender hears of the first, and the second waits, by one attempt.
        assertThat(world.notices).hasSize(1);
        assertThat(world.notices.getFirst().failed()).hasSize(2);
        assertThat(left()).containsExactly(List.of("r", "s"));
        assertThat(world.onlyEntry().attempts()).isEqualTo(1);
        assertThat(world.onlyEntry().nextAttempt()).isAfter(World.START);
    }

    @Test
    void thePartsGoOnWithTheAttemptsOfTheWhole() {
        // Given a message that a host without limits has deferred.
        QueueEntry whole = world.accept(FIVE).entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        world.answer(session, whole, new DeliveryOutcome.Deferred(World.trouble(4)));
        world.end(session, new SchedulerEvent.Ending.Served(List.of()));

        // When it is attempted again at another host, then that is the second attempt of each.
        world.pass(Duration.ofMinutes(1));
        world.open(world.onlySession(), TWO);
        assertThat(world.at(world.onlySession()))
                .hasSize(2)
                .allMatch(entry -> entry.attempts() == 1);
    }

    @Test
    void whatFitsIsLeftAsItIs() {
        // Given a message to as many as the host takes.
        QueueEntry fits = world.accept("p@a.example", "q@a.example").entries().getFirst();
        world.open(world.onlySession(), TWO);

        // Then it is offered at once, itself.
        assertThat(world.at(world.onlySession())).containsExactly(fits);
        assertThat(world.pendingAnswers).isEmpty();
    }

    @Test
    void aClockThatWasSetBackKeepsNoPartWaiting() {
        // Given a message to five, and a clock that is set back before there is a host.
        world.accept(FIVE);
        world.pass(Duration.ofHours(-1));

        // When one is there that takes two at a time, then it has its share.
        world.open(world.onlySession(), TWO);
        assertThat(world.at(world.onlySession())).hasSize(2);
    }

    @Test
    void otherMailOfTheLaneGoesOnBetweenTheParts() {
        // Given a message in parts, of which two are under way, and another that comes behind it.
        world.accept(FIVE);
        SessionId session = world.onlySession();
        world.open(session, TWO);
        QueueEntry other = world.accept("x@a.example").entries().getFirst();

        // When the host has dealt with one, then the other is next.
        world.answer(
                session, world.at(session).getFirst(), new DeliveryOutcome.Delivered(World.OK));
        assertThat(world.at(session)).endsWith(other);
    }

    @Test
    void anOrderForMailThatIsAboutToBeSplitIsForAllOfIt() {
        // Given a message to five, and an operator's order that the disk is yet to answer.
        QueuedMessage message = world.accept(FIVE);
        QueueEntry whole = message.entries().getFirst();
        var choice = new MailChoice.Single(whole.lane(), List.of(whole.id()));
        var order = new MailOrder.Remove(Notice.NONE);
        world.on(new SchedulerEvent.OrderGiven(1, order, List.of(choice)));

        // When a host that takes two at a time is there before the answer.
        world.open(world.onlySession(), TWO);

        // Then the whole message is removed, and none of it was attempted.
        assertThat(world.results).containsExactly(new OrderResult(1, 0, 0, 0));
        assertThat(world.disk.entries).isEmpty();
        assertThat(world.at(world.onlySession())).isEmpty();
    }
}
