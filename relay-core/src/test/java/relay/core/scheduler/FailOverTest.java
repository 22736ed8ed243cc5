package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.AddressSpace;
import relay.core.routing.ConnectorChoice;
import relay.core.routing.ConnectorChoice.WhenDown;
import relay.core.routing.ConnectorScope;
import relay.core.routing.DomainPattern;
import relay.core.routing.Lane;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.routing.SmartHost;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.smtp.EnhancedStatus;
import relay.core.tls.TlsRequirement;

/// Mail of a connector whose hosts are down goes by the next one, and comes back.
class FailOverTest {
    private static final String FIRST = "first/smarthosts";
    private static final String SECOND = "second/failover:first:smarthosts";
    private static final String THIRD = "third/failover:first:smarthosts";
    private static final Diagnostic NO_TLS =
            Diagnostic.of(Reason.TLS, new EnhancedStatus(4, 7, 5), "TLS failed", "mx");

    private final World world =
            new World(SchedulerLimits.DEFAULT, policy(WhenDown.FAIL_OVER, OnTlsFailure.QUEUE));

    @Test
    void mailOfAConnectorThatIsDownGoesByTheNextAndComesBack() {
        // Given mail for a connector, and no host of it can be reached.
        world.accept("x@a.example");
        world.accept("y@b.example");
        down(FIRST);
        assertThat(lanes()).containsExactly(SECOND);

        // When the next one serves, it gets what waits and what is new.
        SessionId second = session(SECOND);
        world.open(second);
        world.accept("z@c.example");
        world.deliverAll(second);
        assertThat(lanes()).isEmpty();

        // And when the first can be reached again, as one connection finds out without any mail,
        world.accept("v@c.example");
        world.pass(Duration.ofMinutes(1));
        SessionId probe = session(FIRST);
        assertThat(lanes()).containsExactly(SECOND);
        world.open(probe);

        // Then mail goes by the first.
        world.accept("w@c.example");
        assertThat(lanes()).doesNotContain(SECOND);
        world.deliverAll(probe);
        world.deliverAll(second);
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void eachMessageThatLeavesAConnectorOrComesBackIsTold() {
        // Given mail of a connector that is down, and new mail for it.
        world.accept("x@a.example");
        down(FIRST);
        world.accept("y@a.example");
        assertThat(told())
                .containsExactly(
                        "x@a.example from first/smarthosts by second: connection refused",
                        "y@a.example from first/smarthosts by second: connection refused");

        // When the second is down as well, and then the first is back.
        world.told.clear();
        down(SECOND);
        world.pass(Duration.ofMinutes(1));
        world.open(session(FIRST));
        world.settle();

        // Then it is told where the mail went on from there, and that it has come back.
        assertThat(told())
                .containsExactlyInAnyOrder(
                        "x@a.example from " + SECOND + " by third: connection refused",
                        "y@a.example from " + SECOND + " by third: connection refused",
                        "x@a.example from " + THIRD + " back to first",
                        "y@a.example from " + THIRD + " back to first");
    }

    @Test
    void mailWaitsWhereTheConnectorIsNotToBeLeft() {
        world.policy = policy(WhenDown.WAIT, OnTlsFailure.QUEUE);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.accept("x@a.example");
        down(FIRST);
        assertThat(lanes()).containsExactly(FIRST);
    }

    @Test
    void troubleWithTlsTheDnsOrWhatAHostSaysIsNoReasonToLeave() {
        // Given endings of which none says that nobody is there.
        var endings =
                Stream.concat(
                        Stream.of(
                                new Ending.DemandsUnmet(NO_TLS),
                                new Ending.Served(List.of(World.trouble(4)))),
                        Stream.of(Reason.TLS, Reason.DNS, Reason.REPLY, Reason.AUTHENTICATION)
                                .map(FailOverTest::noHost));
        endings.forEach(ending -> {
            var fresh = new World(SchedulerLimits.DEFAULT, world.policy);
            fresh.accept("x@a.example");

            // When the first connection ends so.
            fresh.end(fresh.onlySession(), ending);
            fresh.settle();

            // Then the mail waits where it is.
            assertThat(fresh.onlyEntry().lane()).as("%s", ending).hasToString(FIRST);
        });
    }

    @Test
    void aHostThatIsThereAgainWithBrokenTlsHasItsMailBack() {
        // Given mail that failed over and is not delivered there.
        world.accept("x@a.example");
        down(FIRST);
        world.open(session(SECOND));

        // When the first can be reached, and its TLS is broken.
        world.pass(Duration.ofMinutes(1));
        world.end(session(SECOND), new Ending.Served(List.of()));
        world.end(session(FIRST), new Ending.DemandsUnmet(NO_TLS));
        world.settle();

        // Then the mail waits for that to be mended.
        assertThat(lanes()).containsExactly(FIRST);
    }

    @Test
    void whatIsTooLargeForTheNextIsNotBouncedByIt() {
        // Given a message that the second connector does not take.
        world.accept(world.message(5_000, "x@a.example"));

        // When the first is down, then the third has it.
        down(FIRST);
        assertThat(lanes()).containsExactly(THIRD);
        assertThat(world.notices).isEmpty();
    }

    @Test
    void troubleOfTheNextNeitherBouncesNorHoldsTheMail() {
        // Given that the next connectors bounce what has no TLS.
        world.policy = policy(WhenDown.FAIL_OVER, OnTlsFailure.BOUNCE);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.accept("x@a.example");
        down(FIRST);

        // When there is none to be had, and then no domain at all.
        world.end(session(SECOND), new Ending.DemandsUnmet(NO_TLS));
        world.settle();
        world.end(session(THIRD), new Ending.Never(World.trouble(5)));
        world.settle();

        // Then the mail waits with its own connector, which has another schedule, too.
        assertThat(world.notices).isEmpty();
        assertThat(lanes()).containsExactly(FIRST);
        world.pass(Duration.ofDays(1));
        assertThat(world.notices).isEmpty();
    }

    @Test
    void aRestartForgetsNeitherThatAConnectorIsDownNorTheMailThatLeftIt() {
        // Given mail that failed over.
        world.accept("x@a.example");
        down(FIRST);
        world.restart();

        // When the relay is back, then it goes by the next connector as before.
        world.accept("y@a.example");
        assertThat(lanes()).containsExactly(SECOND);
        world.pass(Duration.ofSeconds(1));
        SessionId second = session(SECOND);
        world.open(second);
        world.deliverAll(second);
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void aHostThatWasThereDoesNotCountAsDownAfterARestart() {
        // Given a host that took part, and a connection that was lost amidst mail.
        world.accept("x@a.example");
        world.open(session(FIRST));
        world.end(session(FIRST), new Ending.Served(List.of(World.trouble(4))));
        world.settle();
        assertThat(lanes()).containsExactly(FIRST);

        // When the relay starts again, then its mail stays, and one connection finds out at once.
        world.restart();
        world.accept("y@a.example");
        assertThat(lanes()).containsExactly(FIRST);
        down(FIRST);
        assertThat(lanes()).containsExactly(SECOND);
    }

    @Test
    void norDoesItBecauseMailOfAnotherDomainHasLeft() {
        // Given two domains by DNS: hosts that cannot be reached, and a connection that was lost.
        world.policy = byDns();
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.accept("x@a.example");
        down("first/a.example");
        world.accept("x@b.example");
        world.open(session("first/b.example"));
        world.end(session("first/b.example"), new Ending.Served(List.of(World.trouble(4))));
        world.settle();

        // When the relay starts again, then the mail of the one is still elsewhere, of the other
        // not.
        world.restart();
        world.accept("y@b.example");
        String left = "second/failover:first:a.example";
        assertThat(lanes()).containsExactlyInAnyOrder(left, "first/b.example");
        down("first/b.example");
        assertThat(lanes()).containsExactlyInAnyOrder(left, "second/failover:first:b.example");
    }

    @Test
    void norDoesItBecauseMailHadLeftAndHasComeBack() {
        // Given mail that left and came back, as no other connector could be reached either.
        world.accept("x@a.example");
        down(FIRST);
        down(SECOND);
        down(THIRD);
        assertThat(lanes()).containsExactly(FIRST);

        // When the first can be reached and loses the connection, and the relay starts again.
        world.pass(Duration.ofSeconds(48));
        world.open(session(FIRST));
        world.end(session(FIRST), new Ending.Served(List.of(World.trouble(4))));
        world.settle();
        world.now = world.now.plusSeconds(10);
        world.restart();

        // Then its mail stays.
        world.accept("y@a.example");
        assertThat(lanes()).containsExactly(FIRST);
    }

    @Test
    void aReloadThatForbidsItBringsTheMailBack() {
        world.accept("x@a.example");
        down(FIRST);
        world.policy = policy(WhenDown.WAIT, OnTlsFailure.QUEUE);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        assertThat(lanes()).containsExactly(FIRST);
    }

    private static Ending noHost(Reason reason) {
        return new Ending.NoHost(Diagnostic.of(reason, new EnhancedStatus(4, 4, 3), "x", "mx"));
    }

    private void down(String lane) {
        world.pass(Duration.ofSeconds(1));
        world.end(session(lane), new Ending.NoHost(World.trouble(4)));
        world.settle();
    }

    private SessionId session(String lane) {
        return world.sessions.entrySet().stream()
                .filter(session -> session.getValue().toString().equals(lane))
                .filter(session -> !world.finishing.contains(session.getKey()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + lane + " in " + world.sessions));
    }

    private List<String> told() {
        return world.told.stream()
                .map(Action.Tell.class::cast)
                .map(Action.Tell::event)
                .flatMap(event ->
                        switch (event) {
                            case RelayEvent.FailedOver(var entry, var to, var lane, var why) ->
                                    Stream.of(
                                            "%s from %s by %s: %s"
                                                    .formatted(
                                                            to.getFirst(),
                                                            entry.lane(),
                                                            lane.connector(),
                                                            why.getFirst().text()));
                            case RelayEvent.FailedBack(var entry, var to, var lane) ->
                                    Stream.of(
                                            "%s from %s back to %s"
                                                    .formatted(
                                                            to.getFirst(),
                                                            entry.lane(),
                                                            lane.connector()));
                            case RelayEvent _ -> Stream.<String>empty();
                        })
                .toList();
    }

    private Set<String> lanes() {
        return world.disk.entries.values().stream()
                .map(QueueEntry::lane)
                .map(Lane::toString)
                .collect(Collectors.toSet());
    }

    /// Three connectors with a smart host each, for all domains and one of its own each, such as
    /// `first.example`; the second takes small messages alone.
    static PolicyTable policy(WhenDown first, OnTlsFailure others) {
        return new PolicyTable(
                List.of(
                        connector("first", 1, 1_000_000, first, OnTlsFailure.QUEUE, 2),
                        connector("second", 2, 4_000, WhenDown.WAIT, others, 1),
                        connector("third", 3, 1_000_000, WhenDown.WAIT, others, 1)),
                List.of());
    }

    private static SendConnector connector(
            String name,
            int cost,
            long maxBytes,
            WhenDown whenDown,
            OnTlsFailure onTlsFailure,
            int expireDays) {
        var host =
                new SmartHost(
                        name + ".example", SmartHost.HostKind.NAME, 25, SmartHost.TlsMode.STARTTLS);
        return connector(name, cost, List.of(host), maxBytes, whenDown, onTlsFailure, expireDays);
    }

    static PolicyTable byDns() {
        var wait = OnTlsFailure.QUEUE;
        return new PolicyTable(
                List.of(
                        connector("first", 1, List.of(), 4_000, WhenDown.FAIL_OVER, wait, 2),
                        connector("second", 2, List.of(), 4_000, WhenDown.WAIT, wait, 1)),
                List.of());
    }

    private static SendConnector connector(
            String name,
            int cost,
            List<SmartHost> hosts,
            long maxBytes,
            WhenDown whenDown,
            OnTlsFailure onTlsFailure,
            int expireDays) {
        return new SendConnector(
                        name,
                        new Origin("connectors.yaml", cost),
                        SendConnector.Enabled.YES,
                        List.of(
                                new AddressSpace(new DomainPattern.Any(), cost),
                                new AddressSpace(
                                        new DomainPattern.Exact(
                                                Domain.parse(name + ".example").orElseThrow()),
                                        cost)),
                        hosts,
                        List.of(),
                        new TlsRequirement.None(),
                        SendConnector.PlaintextFallback.ALLOWED,
                        onTlsFailure,
                        maxBytes,
                        new RetrySchedule(
                                List.of(Duration.ofSeconds(50)),
                                Duration.ofDays(expireDays).minusHours(1),
                                Duration.ofHours(20)))
                .with(new ConnectorChoice(ConnectorScope.EVERYTHING, whenDown));
    }
}
