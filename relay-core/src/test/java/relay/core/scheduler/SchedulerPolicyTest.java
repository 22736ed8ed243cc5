package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.routing.ConnectorChoice;
import relay.core.routing.ConnectorScope;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.tls.TlsRequirement;

/// What waits is routed by the policy of now, not by that of its acceptance.
class SchedulerPolicyTest {
    private static final DomainFloor FLOOR =
            new DomainFloor(
                    new DomainPattern.Exact(Domain.parse("a.example").orElseThrow()),
                    new Origin("connectors.yaml", 9),
                    new TlsRequirement.EncryptionOnly());

    @Test
    void aFloorThatIsAddedWhileMailWaitsHoldsForThatMail() {
        // Given mail that waits in a lane without a floor.
        var world = World.simple();
        world.accept("x@a.example");
        SessionId old = world.onlySession();

        // When a floor is added for its domain, and only then a host takes part.
        world.policy = World.policy(OnTlsFailure.QUEUE, FLOOR);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        world.open(old);

        // Then the session of the old lane gets nothing, and the mail has moved to the new one.
        assertThat(world.at(old)).isEmpty();
        assertThat(world.disk.entries.values())
                .allMatch(entry -> entry.lane().floor().equals("a.example"));
        world.pass(Duration.ofSeconds(1));
        assertThat(world.sessions.values()).anyMatch(lane -> lane.floor().equals("a.example"));
    }

    @Test
    void aLongerLifetimeHoldsForMailThatTheDiskIsAskedForByTheOldOne() {
        // Given mail beyond its lifetime, and a disk that is yet to say so.
        var world = World.simple();
        world.accept("x@a.example");
        world.now = world.now.plus(Duration.ofDays(3));
        world.on(new SchedulerEvent.Tick());

        // When its connector gets a longer one before the disk answers.
        var minute = Duration.ofMinutes(1);
        var longer = new RetrySchedule(List.of(minute), Duration.ofDays(5), Duration.ofDays(4));
        world.policy =
                new PolicyTable(List.of(World.connector(OnTlsFailure.QUEUE, longer)), List.of());
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();

        // Then the mail has that.
        world.pass(Duration.ofHours(20));
        assertThat(world.notices).isEmpty();
        assertThat(world.warnings).isEmpty();
        world.pass(Duration.ofDays(2));
        assertThat(world.notices).hasSize(1);
    }

    @Test
    void mailThatWasRoutedElsewhereWhileTheRelayWasDownDoesNotWaitForItsOldNextHop() {
        // Given mail in a lane without a floor, and a new configuration at the start.
        var world = World.simple();
        world.accept("x@a.example");
        world.policy = World.policy(OnTlsFailure.QUEUE, FLOOR);
        world.restart();

        // When the old next hop cannot be reached, then the mail moves.
        world.end(world.onlySession(), new SchedulerEvent.Ending.NoHost(World.trouble(4)));
        world.settle();
        assertThat(world.onlyEntry().lane().floor()).isEqualTo("a.example");
    }

    @Test
    void norWhereThatWasDownBefore() {
        // Given mail in a lane that rests for long, and a new configuration at the start.
        var world = World.simple();
        world.accept("x@a.example");
        world.end(world.onlySession(), new SchedulerEvent.Ending.NoHost(World.trouble(4)));
        world.policy = World.policy(OnTlsFailure.QUEUE, FLOOR);

        // Then it moves at once.
        world.restart();
        assertThat(world.onlyEntry().lane().floor()).isEqualTo("a.example");
    }

    @Test
    void aVerdictOnALaneIsNotForMailThatWasRoutedElsewhereWhileTheRelayWasDown() {
        // Given mail on disk in a lane without a floor, and a new configuration at the start.
        var world = World.simple();
        world.accept("x@a.example");
        world.policy = World.policy(OnTlsFailure.BOUNCE, FLOOR);
        world.restart();

        // When the old lane's next hop turns out to be none, then the mail goes on in its new lane.
        world.end(world.onlySession(), new SchedulerEvent.Ending.Never(World.trouble(5)));
        world.settle();
        assertThat(world.notices).isEmpty();
        assertThat(world.onlyEntry().lane().floor()).isEqualTo("a.example");
    }

    @Test
    void aFloorThatWasAddedWhileTheRelayWasDownHoldsToo() {
        // Given mail on disk in a lane without a floor, and a new configuration at the start.
        var world = World.simple();
        world.accept("x@a.example");
        world.policy = World.policy(OnTlsFailure.QUEUE, FLOOR);
        world.restart();

        // When a session of whatever lane opens.
        List.copyOf(world.sessions.keySet()).forEach(world::open);
        world.pass(Duration.ofSeconds(1));

        // Then only one of the floor's lane is offered the mail.
        world.sessions.keySet().forEach(world::open);
        world.offered.forEach((session, entries) ->
                entries.forEach(entry -> assertThat(entry.lane().floor()).isEqualTo("a.example")));
        assertThat(world.inFlight).hasSize(1);
    }

    @Test
    void aScopeThatIsAddedWhileMailWaitsHoldsForThatMail() {
        // Given mail that waits in the lane of a connector for everybody's.
        var world = World.simple();
        world.accept("x@a.example");

        // When a connector for mail of one receive connector, then of another, is added.
        world.policy = besides("elsewhere");
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        var before = world.onlyEntry().lane().connector();
        world.policy = besides("internal");
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();

        // Then the mail has moved when it fits.
        assertThat(before).isEqualTo("internet");
        assertThat(world.onlyEntry().lane().connector()).isEqualTo("scoped");
    }

    /// A connector for mail that the receive connector took, beside the one for all.
    private static PolicyTable besides(String receiveConnector) {
        SendConnector all = World.connector(OnTlsFailure.QUEUE);
        var scope = new ConnectorScope(Set.of(receiveConnector), Set.of());
        var scoped =
                new SendConnector(
                                "scoped",
                                all.origin(),
                                all.enabled(),
                                all.addressSpaces(),
                                all.smartHosts(),
                                all.authentication(),
                                all.tls(),
                                all.plaintextFallback(),
                                all.onTlsFailure(),
                                all.maxMessageSizeBytes(),
                                all.retry())
                        .with(new ConnectorChoice(scope));
        return new PolicyTable(List.of(all, scoped), List.of());
    }

    @Test
    void mailWithoutAConnectorWaitsForTheOperatorForEver() {
        // Given no connector at all.
        var none = new PolicyTable(List.of(), List.of());
        var world = new World(SchedulerLimits.DEFAULT, none);
        world.accept("x@a.example");
        world.pass(Duration.ofDays(30));
        assertThat(world.status().lane().isUnreachable()).isTrue();
        assertThat(world.notices).isEmpty();

        // When there is one.
        world.policy = World.policy(OnTlsFailure.QUEUE);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        world.pass(Duration.ofSeconds(1));

        // Then it goes.
        assertThat(world.sessions).hasSize(1);
    }
}
