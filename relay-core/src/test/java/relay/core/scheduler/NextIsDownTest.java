package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.QueueEntry;
import relay.core.routing.ConnectorChoice.WhenDown;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.smtp.EnhancedStatus;

/// Mail whose next connectors are down too stays with its own; a connection without mail finds out
/// when it can leave.
class NextIsDownTest {
    private static final String FIRST = "first/smarthosts";
    private static final String SECOND = "second/failover:first:smarthosts";
    private static final String THIRD = "third/failover:first:smarthosts";
    private static final Ending NOBODY = new Ending.NoHost(World.trouble(4));
    private static final Ending NO_TLS =
            new Ending.DemandsUnmet(
                    Diagnostic.of(Reason.TLS, new EnhancedStatus(4, 7, 5), "TLS failed", "mx"));

    private final World world =
            new World(
                    SchedulerLimits.DEFAULT,
                    FailOverTest.policy(WhenDown.FAIL_OVER, OnTlsFailure.QUEUE));

    @Test
    void mailMovesOnceToEachNextConnectorAndThenWaitsWithItsOwn() {
        // Given mail that found the first connector down, then the second, then the third.
        world.accept("x@a.example");
        allDown(NOBODY);
        assertThat(lanes()).containsExactly(FIRST);
        assertThat(moves()).isEqualTo(3);

        // When they stay down for hours, and more mail comes.
        for (int minute = 0; minute < 300; minute++) {
            if (minute == 30) world.accept("y@b.example");
            world.pass(Duration.ofMinutes(1));
            List.copyOf(world.sessions.keySet()).forEach(session -> world.end(session, NOBODY));
            world.settle();
            assertThat(lanes()).containsExactly(FIRST);
        }

        // Then nothing has moved again, and all three have been asked all the time.
        assertThat(moves()).isEqualTo(3);
        assertThat(failures(FIRST)).isGreaterThan(50);
        assertThat(failures(SECOND)).isGreaterThan(50);
        assertThat(failures(THIRD)).isGreaterThan(50);
    }

    @Test
    void itLeavesAsSoonAsTheConnectionWithoutMailOfANextConnectorServes() {
        world.accept("x@a.example");
        allDown(NOBODY);
        world.pass(Duration.ofMinutes(2));
        world.open(session(SECOND));
        assertThat(lanes()).containsExactly(SECOND);
        world.deliverAll(session(SECOND));
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void troubleWithTheTlsOfTheNextKeepsItAsWellUntilThatIsMended() {
        world.accept("x@a.example");
        allDown(NO_TLS);
        world.pass(Duration.ofMinutes(2));
        world.end(session(FIRST), NOBODY);
        world.settle();
        assertThat(lanes()).containsExactly(FIRST);
        world.open(session(SECOND));
        assertThat(lanes()).containsExactly(SECOND);
    }

    @Test
    void nobodyAsksTheNextAnyMoreWhenTheFirstIsBack() {
        // Given mail that waits, and the first connector can be reached again.
        world.accept("x@a.example");
        allDown(NOBODY);
        world.pass(Duration.ofMinutes(2));
        world.end(session(SECOND), NOBODY);
        world.end(session(THIRD), NOBODY);
        world.open(session(FIRST));
        world.deliverAll(session(FIRST));
        world.end(session(FIRST), new Ending.Served(List.of()));

        // When hours pass, then the others are forgotten.
        for (int hour = 0; hour < 10; hour++) world.pass(Duration.ofHours(1));
        assertThat(world.sessions).isEmpty();
        assertThat(world.scheduler.status(world.now)).isEmpty();
    }

    @Test
    void norWhenNothingWaitsForIt() {
        world.policy = FailOverTest.byDns();
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        String standIn = "second/failover:first:a.example";
        world.accept("x@a.example");
        down("first/a.example", NOBODY);
        down(standIn, NOBODY);

        // Given that mail of another domain alone waits.
        world.accept("x@b.example");
        down("first/b.example", NOBODY);
        down("second/failover:first:b.example", NOBODY);
        remove("first", "a.example");

        // When an hour has passed, then nobody asks the next hosts of the first domain.
        world.pass(Duration.ofHours(1));
        world.pass(Duration.ofMinutes(1));
        assertThat(world.sessions.values().stream().map(Lane::toString))
                .contains("second/failover:first:b.example")
                .doesNotContain(standIn);
    }

    @Test
    void itDoesNotGoWhereOtherMailHasJustFoundNobody() {
        // Given that mail which the second connector has of its own cannot leave.
        String own = "second/smarthosts";
        world.accept("u@second.example");
        down(own, NOBODY);

        // When the first is down, then its mail goes by the third, and after that nowhere.
        world.accept("x@a.example");
        down(FIRST, NOBODY);
        assertThat(lanes()).containsExactlyInAnyOrder(own, THIRD);
        down(THIRD, NOBODY);
        assertThat(lanes()).containsExactlyInAnyOrder(own, FIRST);

        // And when that other mail finds somebody again, it goes there at once.
        world.pass(Duration.ofSeconds(48));
        world.open(session(own));
        assertThat(lanes()).containsExactlyInAnyOrder(own, SECOND);
    }

    @Test
    void itTriesForItselfWhenWhatOtherMailHasFoundIsOld() {
        // Given the same, and a host of the second that is silent the next time.
        world.accept("u@second.example");
        down("second/smarthosts", NOBODY);
        world.accept("x@a.example");
        down(FIRST, NOBODY);
        down(THIRD, NOBODY);
        world.pass(Duration.ofMinutes(2));

        // When the first is tried again in vain meanwhile, then the second is tried with its mail.
        world.end(session(FIRST), NOBODY);
        world.settle();
        assertThat(lanes()).containsExactlyInAnyOrder("second/smarthosts", SECOND);
    }

    private void allDown(Ending ofTheOthers) {
        down(FIRST, NOBODY);
        down(SECOND, ofTheOthers);
        down(THIRD, ofTheOthers);
    }

    private void down(String lane, Ending ending) {
        world.pass(Duration.ofSeconds(1));
        world.end(session(lane), ending);
        world.settle();
    }

    private void remove(String connector, String nextHop) {
        var order = new MailOrder.Remove(MailOrder.Remove.Notice.NONE);
        var all = new MailChoice.Whole(new Lane(connector, nextHop, ""));
        world.on(new SchedulerEvent.OrderGiven(1, order, List.of(all)));
        world.settle();
    }

    private SessionId session(String lane) {
        return world.sessions.entrySet().stream()
                .filter(session -> session.getValue().toString().equals(lane))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + lane + " in " + world.sessions));
    }

    private Set<String> lanes() {
        return world.disk.entries.values().stream()
                .map(QueueEntry::lane)
                .map(Lane::toString)
                .collect(Collectors.toSet());
    }

    private long moves() {
        return events(RelayEvent.FailedOver.class).count()
                + events(RelayEvent.FailedBack.class).count();
    }

    private long failures(String lane) {
        return events(RelayEvent.LaneFailed.class)
                .filter(failed -> failed.lane().toString().equals(lane))
                .count();
    }

    private <E extends RelayEvent> Stream<E> events(Class<E> kind) {
        return world.told.stream()
                .map(Action.Tell.class::cast)
                .map(Action.Tell::event)
                .filter(kind::isInstance)
                .map(kind::cast);
    }
}
