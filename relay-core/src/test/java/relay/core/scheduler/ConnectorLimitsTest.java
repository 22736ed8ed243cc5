package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.QueueEntry;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.scheduler.SchedulerEvent.Ending;

/// What a connector may have of connections, of messages over each, and of messages in a minute.
class ConnectorLimitsTest {
    private static final int NONE = ConnectorConnections.UNLIMITED;

    @Test
    void aConnectorHasNoMoreConnectionsThanItMay() {
        // Given a connector that may have two connections, when mail for three domains comes.
        var world = limited(2, NONE, NONE);
        world.accept("x@a.example");
        world.accept("x@b.example");
        world.accept("x@c.example");

        // Then two domains have one; the third has its own when one of them has ended.
        assertThat(world.sessions).hasSize(2);
        SessionId first = world.sessions.keySet().iterator().next();
        world.open(first);
        world.deliverAll(first);
        world.pass(Duration.ofMillis(250));
        assertThat(world.finishing).containsExactly(first);
        world.end(first, new Ending.Served(List.of()));
        assertThat(domains(world)).containsExactly("b.example", "c.example");
    }

    @Test
    void aBacklogForOneDomainLeavesTheOnlyConnectionToTheOthersInTurn() {
        // Given one connection, and more mail for one domain than it carries before it must yield.
        var world = limited(1, NONE, NONE);
        for (int i = 0; i < 300; i++) world.accept("x@a.example");
        world.accept("x@b.example");
        SessionId first = world.onlySession();
        world.open(first);

        // When it has had its share.
        int delivered = 0;
        while (!world.at(first).isEmpty()) {
            world.answer(
                    first, world.at(first).getFirst(), new DeliveryOutcome.Delivered(World.OK));
            world.pass(Duration.ofMillis(250));
            delivered++;
        }
        world.end(first, new Ending.Served(List.of()));

        // Then the other domain has the connection, and most of the backlog still waits.
        assertThat(domains(world)).containsExactly("b.example");
        assertThat(delivered).isBetween(100, 110);
    }

    @Test
    void aConnectionCarriesNoMoreMessagesThanItMayAndTheNextOneCarriesTheRest() {
        // Given three messages and connections that carry two.
        var world = limited(NONE, 2, NONE);
        for (int i = 0; i < 3; i++) world.accept("x@a.example");
        SessionId first = world.onlySession();

        // When the first is open.
        world.open(first);

        // Then it has two messages and is told to end.
        assertThat(world.at(first)).hasSize(2);
        assertThat(world.finishing).containsExactly(first);
        world.deliverAll(first);
        world.end(first, new Ending.Served(List.of()));
        SessionId second = world.onlySession();
        world.open(second);
        assertThat(world.at(second)).hasSize(1);
    }

    @Test
    void oneMessagePerConnectionDoesNotMakeMoreConnectionsThanTheWindowHas() {
        // Given much mail and connections for a single message.
        var world = limited(NONE, 1, NONE);
        for (int i = 0; i < 200; i++) world.accept("x@a.example");

        // When every connection that is ordered opens and nobody answers.
        for (int i = 0; i < 50; i++) List.copyOf(world.sessions.keySet()).forEach(world::open);

        // Then there are as many as a lane begins with.
        assertThat(world.sessions).hasSize(SchedulerLimits.DEFAULT.firstWindow());
    }

    @Test
    void noMinuteSeesMoreMessagesThanItMay() {
        // Given a rate of 30 a minute and a host that takes whatever it gets at once.
        var world = limited(NONE, NONE, 30);
        for (int i = 0; i < 200; i++) world.accept("x@a.example");
        List<Instant> sent = new ArrayList<>();

        // When three minutes pass.
        for (int i = 0; i < 3 * 60 * 4; i++) step(world, (_, at) -> sent.add(at));

        // Then no minute had more than 30 and what one second lets through, and none many less.
        for (Instant from : sent) {
            long inMinute =
                    sent.stream()
                            .filter(at -> !at.isBefore(from) && at.isBefore(from.plusSeconds(60)))
                            .count();
            assertThat(inMinute).isLessThanOrEqualTo(31);
        }
        assertThat(sent).hasSizeBetween(88, 91);
    }

    @Test
    void aBacklogDoesNotTakeTheWholeRateFromTheOthers() {
        // Given a rate of 60 a minute, a backlog for one domain, and one message for ten others.
        var world = limited(NONE, NONE, 60);
        for (int i = 0; i < 1000; i++) world.accept("x@a.example");
        for (int i = 0; i < 8; i++) step(world, (_, _) -> {});
        for (int i = 0; i < 10; i++) world.accept("x@b" + i + ".example");

        // When each domain has had its turn.
        Map<String, Integer> count = new LinkedHashMap<>();
        for (int i = 0; i < 4 * 15; i++) {
            step(world, (entry, _) -> count.merge(domain(entry), 1, Integer::sum));
        }

        // Then all ten have theirs, within the time that as many messages take.
        assertThat(count).hasSize(11);
        assertThat(count.get("a.example")).isLessThanOrEqualTo(8);
    }

    private interface Sent {
        void on(QueueEntry entry, Instant at);
    }

    /// A quarter of a second in which every host takes what it is given.
    private static void step(World world, Sent sent) {
        for (SessionId session : List.copyOf(world.sessions.keySet())) {
            if (!world.opened.containsKey(session)) world.open(session);
            while (!world.at(session).isEmpty()) {
                QueueEntry entry = world.at(session).getFirst();
                sent.on(entry, world.now);
                world.answer(session, entry, new DeliveryOutcome.Delivered(World.OK));
            }
            if (world.finishing.contains(session)) world.end(session, new Ending.Served(List.of()));
        }
        world.pass(Duration.ofMillis(250));
    }

    private static String domain(QueueEntry entry) {
        return entry.recipients().getFirst().domain().name();
    }

    private static List<String> domains(World world) {
        return world.sessions.values().stream().map(lane -> lane.nextHop()).toList();
    }

    private static World limited(int connections, int messages, int perMinute) {
        var limits = new ConnectorConnections(connections, messages, perMinute, Caller.DEFAULT);
        var connector = World.connector(OnTlsFailure.QUEUE).with(limits);
        return new World(SchedulerLimits.DEFAULT, new PolicyTable(List.of(connector), List.of()));
    }
}
