package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.address.Domain;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.LaneStatus;
import relay.core.queue.LaneStatus.Status;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.MailOrder.Remove.Notice;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueuedMessage;
import relay.core.routing.AddressSpace;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Lane;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.routing.SmartHost;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.scheduler.SchedulerEvent.OrderGiven;
import relay.core.smtp.HostLimits;
import relay.core.tls.MessageTls;
import relay.core.tls.TlsRequirement;

/// What the operator orders for lanes and for single messages.
class OperatorTest {
    private static final Lane A = new Lane("internet", "a.example", "");

    @Test
    void nothingExpiresInALaneThatIsSuspendedWhileTheDiskIsAskedForOldMail() {
        // Given mail beyond its lifetime, and a disk that is yet to say so.
        var world = World.simple();
        world.accept("x@a.example");
        world.now = world.now.plus(Duration.ofDays(3));
        world.on(new SchedulerEvent.Tick());

        // When its lane is suspended before the disk answers; then it waits for the operator.
        world.on(new SchedulerEvent.SuspendAsked(List.of(A)));
        world.settle();
        assertThat(world.notices).isEmpty();

        // And when it is resumed, it expires.
        world.on(new SchedulerEvent.ResumeAsked(List.of(A)));
        world.pass(Duration.ofSeconds(1));
        assertThat(world.notices).hasSize(1);
    }

    @Test
    void aSuspendedLaneAttemptsNothingUntilItIsResumedAlsoAfterARestart() {
        // Given a lane with a message under way and one more behind it.
        var world = World.simple();
        QueueEntry first = world.accept("x@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.on(new SchedulerEvent.SessionOpened(session, HostLimits.NONE));
        world.on(new SchedulerEvent.SessionReady(session, 1));
        world.accept("y@a.example");

        // When it is suspended, then what is under way may end and nothing else begins.
        world.on(new SchedulerEvent.SuspendAsked(List.of(A)));
        assertThat(world.finishing).containsExactly(session);
        world.answer(session, first, new DeliveryOutcome.Delivered(World.OK));
        world.end(session, new Ending.Served(List.of()));
        world.pass(Duration.ofDays(9));
        assertThat(world.sessions).isEmpty();
        assertThat(world.notices).as("nothing expires").isEmpty();
        assertThat(world.status().status()).isEqualTo(Status.SUSPENDED);

        // And when the relay starts again, it still is.
        world.restart();
        world.pass(Duration.ofMinutes(1));
        assertThat(world.sessions).isEmpty();

        // Until it is resumed.
        world.on(new SchedulerEvent.ResumeAsked(List.of(A)));
        world.settle();
        world.open(world.onlySession());
        world.deliverAll(world.onlySession());
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void anEmptyLaneStaysSuspended() {
        // Given a lane that is suspended, and empties.
        var world = World.simple();
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        world.on(new SchedulerEvent.SuspendAsked(List.of(A)));
        order(world, new MailOrder.Remove(Notice.NONE), single(entry));
        world.end(world.onlySession(), new Ending.NoHost(World.trouble(4)));

        // When mail for it comes after a restart, then it waits.
        world.restart();
        world.accept("y@a.example");
        assertThat(world.sessions).isEmpty();
        assertThat(world.status().status()).isEqualTo(Status.SUSPENDED);
    }

    @Test
    void aHeldMessageWaitsWhileOthersOfItsLaneGoOn() {
        // Given three messages that wait for a connection.
        var world = World.simple();
        QueueEntry held = world.accept("x@a.example").entries().getFirst();
        QueueEntry other = world.accept("y@a.example").entries().getFirst();

        // When one is held.
        OrderResult result = order(world, new MailOrder.Hold(), single(held));

        // Then it alone is kept back, and no lifetime ends it.
        assertThat(result).isEqualTo(new OrderResult(1, 0, 0));
        world.open(world.onlySession());
        assertThat(world.at(world.onlySession())).containsExactly(other);
        world.deliverAll(world.onlySession());
        world.pass(Duration.ofDays(9));
        assertThat(world.disk.entry(held.id()).status()).isEqualTo(EntryStatus.HELD);
        assertThat(world.status().status()).isEqualTo(Status.HELD);

        // And when it is released, it is attempted at once, and holding it again changes nothing.
        assertThat(order(world, new MailOrder.Hold(), single(held)).done()).isZero();
        assertThat(
                        order(
                                        world,
                                        new MailOrder.Release(MailOrder.Release.Poison.TOO),
                                        single(held))
                                .done())
                .isOne();
        assertThat(
                        order(
                                        world,
                                        new MailOrder.Release(MailOrder.Release.Poison.TOO),
                                        single(held))
                                .done())
                .isZero();
        List.copyOf(world.sessions.keySet()).forEach(world::open);
        assertThat(world.inFlight).containsExactly(held.id());
    }

    @Test
    void whatIsBeingAttemptedIsDealtWithWhenItComesBack() {
        // Given two messages at a host.
        var world = World.simple();
        QueueEntry one = world.accept("x@a.example").entries().getFirst();
        QueueEntry two = world.accept("y@a.example").entries().getFirst();
        SessionId session = world.onlySession();
        world.open(session);

        // When the lane's mail is removed.
        OrderResult result =
                order(world, new MailOrder.Remove(Notice.NONE), new MailChoice.Whole(A));

        // Then the answer says that they are under way; what is deferred or comes back unattempted
        // is removed then.
        assertThat(result).isEqualTo(new OrderResult(0, 2, 0));
        world.answer(session, one, new DeliveryOutcome.Deferred(World.trouble(4)));
        world.settle();
        assertThat(world.disk.entries).containsOnlyKeys(two.id());
        world.end(session, new Ending.Served(List.of(World.trouble(4))));
        world.settle();
        assertThat(world.disk.entries).isEmpty();
        assertThat(world.status().messages()).isZero();
    }

    @Test
    void anOrderForAWholeLaneReachesWhatIsOnDiskOnly() {
        // Given more mail than memory takes, some of it held already.
        var world =
                new World(
                        new SchedulerLimits(4, 4, 3, 1, 1, 1, Duration.ofSeconds(5), 5),
                        World.policy(OnTlsFailure.QUEUE));
        List<QueueEntry> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) all.add(world.accept("r" + i + "@a.example").entries().get(0));
        order(world, new MailOrder.Hold(), single(all.get(7)));

        // When all of it is removed, with notices to the senders.
        OrderResult result =
                order(world, new MailOrder.Remove(Notice.TO_SENDER), new MailChoice.Whole(A));

        // Then nothing is left, and every sender has heard of it once.
        assertThat(result).isEqualTo(new OrderResult(20, 0, 0));
        assertThat(world.disk.entries).isEmpty();
        assertThat(world.notices).hasSize(20);
        assertThat(world.notices.getFirst().failed().values().iterator().next().toString())
                .startsWith("5.3.0 removed from the queue");
        world.end(world.onlySession(), new Ending.Served(List.of()));
        assertThat(world.scheduler.status(world.now)).isEmpty();
    }

    @Test
    void anOrderForADomainLeavesAloneWhatIsForOthersAsWell() {
        // Given mail behind one smart host for two domains, one message for both.
        var world = new World(SchedulerLimits.DEFAULT, twoConnectors(new TlsRequirement.None()));
        QueueEntry other = world.accept("x@b.filter.example").entries().getFirst();
        QueueEntry mixed =
                world.accept("x@a.filter.example", "y@b.filter.example").entries().getFirst();
        QueueEntry mine = world.accept("x@a.filter.example").entries().getFirst();

        // When the mail of one domain is removed.
        var domain = Domain.parse("a.filter.example").orElseThrow();
        OrderResult result =
                order(
                        world,
                        new MailOrder.Remove(Notice.NONE),
                        new MailChoice.ForDomain(mine.lane(), domain));

        // Then only what is for it alone is gone.
        assertThat(result).isEqualTo(new OrderResult(1, 0, 1));
        assertThat(world.disk.entries).containsOnlyKeys(other.id(), mixed.id());
    }

    @Test
    void aRedirectedMessageStaysWithItsConnectorThroughReloadsAndRestarts() {
        // Given a message that the policy gives to the internet connector.
        var world = new World(SchedulerLimits.DEFAULT, twoConnectors(new TlsRequirement.None()));
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();

        // When the operator redirects it.
        OrderResult result = order(world, new MailOrder.Redirect("filter"), single(entry));

        // Then it is in a lane of that connector, after a reload and a restart too.
        assertThat(result).isEqualTo(new OrderResult(1, 0, 0));
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        world.restart();
        var lane = new Lane("filter", Lane.SMART_HOSTS, "", Lane.Choice.BY_OPERATOR);
        assertThat(onlyEntry(world).lane())
                .isEqualTo(lane)
                .hasToString("filter/redirected:smarthosts");
        assertThat(world.sessions).containsValue(lane);

        // And the way back is a redirection as well.
        order(world, new MailOrder.Redirect("internet"), new MailChoice.Whole(lane));
        assertThat(onlyEntry(world).lane()).isEqualTo(A);
    }

    @ParameterizedTest
    @EnumSource
    void whatAMessageSaysOfTlsStaysWhereverItIsSent(MessageTls wish) {
        // Given a message that says so.
        var world = new World(SchedulerLimits.DEFAULT, twoConnectors(new TlsRequirement.None()));
        QueuedMessage plain = world.message(100, "x@a.example");
        var envelope = plain.envelope().saying(wish);
        var entry =
                QueueEntry.fresh(
                        envelope, 0, A.forMessages(wish), plain.entries().getFirst().recipients());
        world.accept(new QueuedMessage(envelope, List.of(entry)));

        // When it is redirected; then it is in the lane of such mail, after a reload and a restart.
        order(world, new MailOrder.Redirect("filter"), single(entry));
        Lane redirected =
                new Lane("filter", Lane.SMART_HOSTS, "", Lane.Choice.BY_OPERATOR).forMessages(wish);
        assertThat(onlyEntry(world).lane()).isEqualTo(redirected);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        world.restart();
        assertThat(onlyEntry(world).lane()).isEqualTo(redirected);
        assertThat(world.sessions).containsValue(redirected);

        // And on the way back, and where its connector is gone.
        order(world, new MailOrder.Redirect("internet"), new MailChoice.Whole(redirected));
        assertThat(onlyEntry(world).lane()).isEqualTo(A.forMessages(wish));
        order(world, new MailOrder.Redirect("filter"), single(onlyEntry(world)));
        world.policy = World.policy(OnTlsFailure.QUEUE);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        assertThat(onlyEntry(world).lane()).isEqualTo(A.forMessages(wish));
    }

    @Test
    void aFloorHoldsForRedirectedMailAndALostConnectorGivesItBack() {
        // Given a message that was redirected.
        var world = new World(SchedulerLimits.DEFAULT, twoConnectors(new TlsRequirement.None()));
        QueueEntry entry = world.accept("x@a.example").entries().getFirst();
        order(world, new MailOrder.Redirect("filter"), single(entry));

        // When a floor is written for its domain, then it is in the lane that has it.
        var floor =
                new DomainFloor(
                        new DomainPattern.Exact(Domain.parse("a.example").orElseThrow()),
                        new Origin("connectors.yaml", 1),
                        new TlsRequirement.EncryptionOnly());
        world.policy = new PolicyTable(world.policy.connectors(), List.of(floor));
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        assertThat(onlyEntry(world).lane())
                .isEqualTo(
                        new Lane("filter", Lane.SMART_HOSTS, "a.example", Lane.Choice.BY_OPERATOR));

        // And when its connector is gone, the policy decides again.
        world.policy = World.policy(OnTlsFailure.QUEUE, floor);
        world.on(new SchedulerEvent.PolicyChanged(world.policy));
        world.settle();
        assertThat(onlyEntry(world).lane())
                .isEqualTo(new Lane("internet", "a.example", "a.example"));
    }

    @Test
    void mailIsNotRedirectedToAConnectorThatDemandsLess() {
        // Given a connector that demands TLS, and one that does not.
        var world =
                new World(
                        SchedulerLimits.DEFAULT,
                        twoConnectors(new TlsRequirement.EncryptionOnly()));
        QueueEntry entry = world.accept("x@b.filter.example").entries().getFirst();
        assertThat(entry.lane().connector()).isEqualTo("filter");

        // When its mail is redirected to the other, then it is left alone.
        OrderResult result = order(world, new MailOrder.Redirect("internet"), single(entry));
        assertThat(result).isEqualTo(new OrderResult(0, 0, 1));
        assertThat(onlyEntry(world).lane()).isEqualTo(entry.lane());
        assertThat(world.status().ready()).isOne();
    }

    @Test
    void ratesCountTheLastMinute() {
        // Given three messages, two of which are delivered.
        var world = World.simple();
        for (int i = 0; i < 3; i++) world.accept("x@a.example");
        SessionId session = world.sessions.keySet().iterator().next();
        world.open(session);
        for (int i = 0; i < 2; i++) {
            world.answer(
                    session, world.at(session).getFirst(), new DeliveryOutcome.Delivered(World.OK));
        }

        // When the lane is looked at now and two minutes later.
        LaneStatus now = world.status();
        world.pass(Duration.ofMinutes(2));
        LaneStatus later = world.status();

        // Then it has filled faster than it emptied, and is quiet now.
        assertThat(List.of(now.incomingPerMinute(), now.outgoingPerMinute(), now.velocity()))
                .containsExactly(3L, 2L, -1L);
        assertThat(now.lastTry()).isEqualTo(World.START);
        assertThat(later.incomingPerMinute() + later.outgoingPerMinute()).isZero();
    }

    private static QueueEntry onlyEntry(World world) {
        assertThat(world.disk.entries).hasSize(1);
        return world.disk.entries.values().iterator().next();
    }

    private static OrderResult order(World world, MailOrder order, MailChoice choice) {
        world.results.clear();
        world.on(new OrderGiven(1, order, List.of(choice)));
        world.settle();
        assertThat(world.results).hasSize(1);
        return world.results.getFirst();
    }

    private static MailChoice single(QueueEntry entry) {
        return new MailChoice.Single(entry.lane(), List.of(entry.id()));
    }

    /// `internet` for everything, and `filter`, a smart host, for `filter.example`.
    private static PolicyTable twoConnectors(TlsRequirement filterTls) {
        SendConnector internet = World.connector(OnTlsFailure.QUEUE);
        var filter =
                new SendConnector(
                        "filter",
                        internet.origin(),
                        SendConnector.Enabled.YES,
                        List.of(
                                new AddressSpace(
                                        new DomainPattern.Subtree(
                                                Domain.parse("filter.example").orElseThrow()),
                                        1)),
                        List.of(
                                new SmartHost(
                                        "mx.filter.example",
                                        SmartHost.HostKind.NAME,
                                        25,
                                        SmartHost.TlsMode.STARTTLS)),
                        List.of(),
                        filterTls,
                        SendConnector.PlaintextFallback.ALLOWED,
                        OnTlsFailure.QUEUE,
                        1_000_000,
                        internet.retry());
        return new PolicyTable(List.of(internet, filter), List.of());
    }
}
