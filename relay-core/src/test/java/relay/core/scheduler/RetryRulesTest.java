package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.address.Mailbox;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.InDoubt;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.RetrySchedule.Failure;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.smtp.EnhancedStatus;

/// What waits how long, by what it failed of.
class RetryRulesTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /// Two quick tries, then the usual delays.
    private static final RetrySchedule QUICK = schedule(Map.of());

    /// The same, where some failures have delays of their own.
    private static final RetrySchedule BY_FAILURE =
            schedule(
                    Map.of(
                            Failure.DNS, List.of(Duration.ofMinutes(2)),
                            Failure.CONNECTION, List.of(Duration.ofMinutes(3)),
                            Failure.TLS, List.of(Duration.ofMinutes(30), Duration.ofHours(3)),
                            Failure.REPLY, List.of(Duration.ofMinutes(7))));

    private static RetrySchedule schedule(Map<Failure, List<Duration>> delaysAfter) {
        return new RetrySchedule(
                List.of(Duration.ofSeconds(5), Duration.ofSeconds(15)),
                List.of(MINUTE, Duration.ofMinutes(10)),
                delaysAfter,
                Duration.ofDays(2),
                Duration.ofHours(4));
    }

    private static Diagnostic why(Reason reason) {
        return Diagnostic.of(reason, new EnhancedStatus(4, 0, 0), "trouble", "mx");
    }

    private static World world(RetrySchedule retry) {
        var connector = World.connector(OnTlsFailure.QUEUE, retry);
        return new World(SchedulerLimits.DEFAULT, new PolicyTable(List.of(connector), List.of()));
    }

    /// How long the lane rests after one more failure.
    private static Duration rest(World world, Reason reason) {
        world.end(world.onlySession(), new Ending.NoHost(why(reason)));
        Duration rest = Duration.between(world.now, world.status().retryAt());
        world.pass(rest);
        return rest;
    }

    @ParameterizedTest
    @CsvSource({"CONNECTION", "TIMEOUT"})
    void aHostThatCannotBeReachedIsTriedAgainQuicklyFirst(Reason reason) {
        // Given a lane with mail.
        var world = world(QUICK);
        world.accept("x@a.example");

        // When its host cannot be reached, then the quick tries come first, and the delays follow;
        // a restart between them makes no new ones.
        assertThat(rest(world, reason)).isEqualTo(Duration.ofSeconds(5));
        world.restart();
        assertThat(rest(world, reason)).isEqualTo(Duration.ofSeconds(15));
        assertThat(rest(world, reason)).isEqualTo(MINUTE);
        assertThat(rest(world, reason)).isEqualTo(Duration.ofMinutes(10));
        assertThat(rest(world, reason)).isEqualTo(Duration.ofMinutes(10));

        // And once it was there, the next trouble begins with quick tries again.
        world.open(world.onlySession());
        world.deliverAll(world.onlySession());
        world.end(world.onlySession(), new Ending.Served(List.of()));
        world.accept("y@a.example");
        assertThat(rest(world, reason)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aHostThatLetsUsInAndLosesEverythingIsNotTriedQuickly() {
        // Given a session that was opened and then lost.
        var world = world(QUICK);
        world.accept("x@a.example");
        SessionId session = world.onlySession();
        world.open(session);
        world.end(session, new Ending.Served(List.of(why(Reason.CONNECTION))));

        // Then the lane rests by the delays: the next session would begin the quick tries anew.
        assertThat(world.status().retryAt()).isEqualTo(world.now.plus(MINUTE));
    }

    @ParameterizedTest
    @CsvSource({"DNS", "TLS", "AUTHENTICATION", "REPLY", "LOCAL"})
    void nothingElseIsTriedQuickly(Reason reason) {
        var world = world(QUICK);
        world.accept("x@a.example");

        assertThat(rest(world, reason)).isEqualTo(MINUTE);
        assertThat(rest(world, reason)).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void anUnmetDemandWaitsAsTheDelaysSayUnlessItHasItsOwn() {
        // Given a partner whose TLS broke.
        var usual = world(QUICK);
        var own = world(BY_FAILURE);
        usual.accept("x@a.example");
        own.accept("x@a.example");

        // When its demand is not met, then the lane rests by the usual delays, or by its own.
        usual.end(usual.onlySession(), new Ending.DemandsUnmet(why(Reason.TLS)));
        own.end(own.onlySession(), new Ending.DemandsUnmet(why(Reason.TLS)));
        assertThat(usual.status().retryAt()).isEqualTo(usual.now.plus(MINUTE));
        assertThat(own.status().retryAt()).isEqualTo(own.now.plus(Duration.ofMinutes(30)));
    }

    @ParameterizedTest
    @CsvSource({"DNS,2,2", "TLS,30,180", "REPLY,7,7", "AUTHENTICATION,1,10", "CAPABILITY,1,10"})
    void aKindOfFailureCanHaveItsOwnDelays(Reason reason, int first, int second) {
        var world = world(BY_FAILURE);
        world.accept("x@a.example");

        assertThat(rest(world, reason)).isEqualTo(Duration.ofMinutes(first));
        assertThat(rest(world, reason)).isEqualTo(Duration.ofMinutes(second));
    }

    @Test
    void failuresCountInARowWhateverTheyWere() {
        // Given a partner that has failed three times for its TLS.
        var world = world(BY_FAILURE);
        world.accept("x@a.example");
        for (int i = 0; i < 3; i++) rest(world, Reason.TLS);

        // When it then cannot be reached, it is no glitch any more.
        assertThat(rest(world, Reason.CONNECTION)).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void aRestThatIsLongerThanTheUsualDelaysIsNotTakenForAClockSetBack() {
        // Given a lane that rests for its TLS, longer than any other failure would make it.
        var world = world(BY_FAILURE);
        world.accept("x@a.example");
        rest(world, Reason.TLS);
        world.end(world.onlySession(), new Ending.DemandsUnmet(why(Reason.TLS)));

        // When the relay starts again.
        world.restart();

        // Then it still rests.
        assertThat(world.status().retryAt()).isEqualTo(world.now.plus(Duration.ofHours(3)));
        assertThat(world.sessions).isEmpty();
    }

    /// When an entry is due after its first attempt, of which these came.
    private static Instant due(RetrySchedule retry, DeliveryOutcome... outcomes) {
        var world = world(retry);
        String[] to = new String[outcomes.length];
        for (int i = 0; i < to.length; i++) to[i] = "r" + i + "@a.example";
        QueueEntry entry = world.accept(to).entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);
        Map<Mailbox, DeliveryOutcome> all = new LinkedHashMap<>();
        for (int i = 0; i < to.length; i++) all.put(entry.recipients().get(i), outcomes[i]);
        world.answer(session, entry, all);
        return world.onlyEntry().nextAttempt();
    }

    @Test
    void aMessageWaitsByWhatTheHostSaidToIt() {
        assertThat(due(BY_FAILURE, new Deferred(why(Reason.REPLY))))
                .isEqualTo(World.START.plus(Duration.ofMinutes(7)));
        assertThat(due(BY_FAILURE, new Deferred(why(Reason.CONNECTION))))
                .isEqualTo(World.START.plusSeconds(5));
    }

    @Test
    void aMessageThatTheHostMayHoldIsNotTriedQuickly() {
        // Each quick try could be one more copy.
        assertThat(due(QUICK, new InDoubt(why(Reason.TIMEOUT))))
                .isEqualTo(World.START.plus(MINUTE));
        assertThat(due(BY_FAILURE, new InDoubt(why(Reason.CONNECTION))))
                .isEqualTo(World.START.plus(Duration.ofMinutes(3)));
    }

    @Test
    void ofSeveralRecipientsTheLongestWaitCounts() {
        var greylisted = new Deferred(why(Reason.REPLY));
        var lost = new Deferred(why(Reason.CONNECTION));
        var expected = World.START.plus(Duration.ofMinutes(7));

        assertThat(due(BY_FAILURE, greylisted, lost)).isEqualTo(expected);
        assertThat(due(BY_FAILURE, lost, greylisted)).isEqualTo(expected);
    }
}
