package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.implicitTls;
import static relay.core.delivery.Policies.smartHost;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.delivery.DeliveryEnd.DemandFailure;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.event.RelayEvent;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.HostLimits;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;
import relay.core.tls.Unmet.Shortfall;

class DeliveryTest {
    private static final String ZONE =
            """
            example.org MX 10 a.example.org
            example.org MX 20 b.example.org
            a.example.org A 192.0.2.1
            b.example.org A 192.0.2.2
            filter.example A 192.0.2.3
            """;
    private static final PolicyTable OPPORTUNISTIC = connector("c").table();
    private static final PolicyTable DEMANDING = connector("c").tls(ENCRYPTION).table();

    private static final SessionEnd SERVED = new SessionEnd.Served(List.of());
    private static final SessionEnd REFUSED = notServed(Reason.CONNECTION, TlsTrouble.NONE);
    private static final SessionEnd TLS_BROKE = notServed(Reason.TLS, TlsTrouble.FAILED);

    private BooleanSupplier wanted = () -> true;
    private final List<RelayEvent> events = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();

    record NoLink() implements SessionObserver.SessionLink {
        @Override
        public void offer(QueueEntry entry) {}

        @Override
        public void finish() {}
    }

    /// Wants to hear nothing.
    record Deaf() implements SessionObserver {
        @Override
        public void opened(SessionLink link, TlsProof proof, HostLimits limits) {}

        @Override
        public void ready(int entries) {}

        @Override
        public void ended(
                QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {}

        @Override
        public void returned(QueueEntry entry) {}
    }

    private final class Listening implements SessionObserver {
        @Override
        public boolean isWanted() {
            return wanted.getAsBoolean();
        }

        @Override
        public void opened(SessionLink link, TlsProof proof, HostLimits limits) {
            assertThat(limits).isEqualTo(ScriptedDialer.LIMITS);
            heard.add("opened " + proof.host());
        }

        @Override
        public void ready(int entries) {
            heard.add("ready " + entries);
        }

        @Override
        public void ended(
                QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {
            heard.add("ended " + outcomes.size());
        }

        @Override
        public void returned(QueueEntry entry) {
            heard.add("returned " + entry.id());
        }
    }

    @Test
    void theFirstHostThatTakesPartEndsTheSearch() {
        // Given two hosts, of which the first serves and then has trouble.
        var trouble = diagnostic(Reason.TIMEOUT);
        var dialer = new ScriptedDialer(new SessionEnd.Served(List.of(trouble)));

        // When the lane is delivered.
        DeliveryEnd end = run(dialer, OPPORTUNISTIC);

        // Then the second hears nothing, and the trouble is told.
        assertThat(dialer.calls).containsExactly("a.example.org TRY");
        assertThat(end).isEqualTo(new DeliveryEnd.Served(List.of(trouble)));
        assertThat(heard).containsExactly("opened a.example.org[192.0.2.1]:25");
        assertThat(events).isEmpty();
    }

    @Test
    void aHostThatNeverTookPartIsPassedOver() {
        var dialer = new ScriptedDialer(REFUSED, SERVED);
        assertThat(run(dialer, OPPORTUNISTIC)).isInstanceOf(DeliveryEnd.Served.class);
        assertThat(dialer.calls).containsExactly("a.example.org TRY", "b.example.org TRY");
        assertThat(events).isEmpty();
    }

    @Test
    void whereNothingDemandsTlsABrokenHandshakeLeadsToANewConnectionInClear() {
        // Given a host whose TLS breaks, and no demand.
        var dialer = new ScriptedDialer(TLS_BROKE, SERVED);

        // When the lane is delivered.
        DeliveryEnd end = run(dialer, OPPORTUNISTIC);

        // Then the same host is asked again at once, without TLS, and the event says so.
        assertThat(end).isInstanceOf(DeliveryEnd.Served.class);
        assertThat(dialer.calls).containsExactly("a.example.org TRY", "a.example.org NEVER");
        assertThat(heard).containsExactly("opened a.example.org[192.0.2.1]:25");
        assertThat(events).singleElement().isInstanceOf(RelayEvent.PlaintextFallback.class);
    }

    @Test
    void aFallBackThatFailsTooIsNoFallBack() {
        // Given a host that is broken with and without TLS, then one that serves.
        var dialer = new ScriptedDialer(TLS_BROKE, REFUSED, SERVED);

        // When the lane is delivered, then the next host is tried with TLS, and nothing went in
        // clear.
        assertThat(run(dialer, OPPORTUNISTIC)).isInstanceOf(DeliveryEnd.Served.class);
        assertThat(dialer.calls)
                .containsExactly("a.example.org TRY", "a.example.org NEVER", "b.example.org TRY");
        assertThat(events).isEmpty();
    }

    @Test
    void withADemandNoConnectionIsEverAskedForWithoutTls() {
        // Given a demand, and a dialer that calls a failed handshake what it is not.
        var dialer = new ScriptedDialer(TLS_BROKE, TLS_BROKE);

        // When the lane is delivered, then every call was with TLS.
        DeliveryEnd end = run(dialer, DEMANDING);
        assertThat(dialer.calls).containsExactly("a.example.org TRY", "b.example.org TRY");
        assertThat(end).isInstanceOf(DeliveryEnd.NoHost.class);
        assertThat(events).isEmpty();
    }

    @Test
    void theOperatorCanRuleOutTheFallBack() {
        var dialer = new ScriptedDialer(TLS_BROKE, TLS_BROKE);
        run(dialer, connector("c").neverInClear().table());
        assertThat(dialer.calls).containsExactly("a.example.org TRY", "b.example.org TRY");
    }

    @Test
    void aPortWithImplicitTlsKnowsNoFallBack() {
        var dialer = new ScriptedDialer(TLS_BROKE);
        run(dialer, connector("c").via(implicitTls("filter.example")).table());
        assertThat(dialer.calls).containsExactly("filter.example TRY");
    }

    @Test
    void aPasswordIsNeverTakenAlongInClear() {
        // Given a host plan that has a password and, by some mistake, no demand.
        var auth = connector("c").via(smartHost("filter.example", 25)).authenticated();
        var planner =
                new ConnectionPlanner(
                        PlainZone.of(ZONE), new Random(1), new Domain("r.example"), List.of());
        var dialer = new ScriptedDialer(TLS_BROKE);
        PolicyTable policy = auth.table();

        // When the lane is delivered, then there is no second connection.
        new Delivery(planner, dialer, events::add).run(lane(policy), policy, new Listening());
        assertThat(dialer.calls).containsExactly("filter.example TRY");
    }

    @Test
    void anUnmetDemandIsReportedHostByHost() {
        // Given one host without TLS and one that cannot be reached.
        var dialer = new ScriptedDialer(unmet(), REFUSED);

        // When the lane is delivered.
        DeliveryEnd end = run(dialer, DEMANDING);

        // Then the unmet demand is what is told, and that another host may meet it yet.
        var noHost = (DeliveryEnd.NoHost) end;
        assertThat(noHost.why().reason()).isEqualTo(Reason.TLS);
        assertThat(noHost.unmet()).hasSize(1);
        assertThat(noHost.demandFailure()).isEqualTo(DemandFailure.SOME_HOSTS);
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        RelayEvent.DemandsUnmet.class,
                        event -> assertThat(event.host()).isEqualTo("a.example.org[192.0.2.1]:25"));
    }

    @Test
    void demandsThatNoHostMeetsAreTheWholeReason() {
        var noHost = (DeliveryEnd.NoHost) run(new ScriptedDialer(unmet(), unmet()), DEMANDING);
        assertThat(noHost.demandFailure()).isEqualTo(DemandFailure.EVERY_HOST);
        assertThat(noHost.unmet()).hasSize(2);
        assertThat(events).hasSize(2);
    }

    @Test
    void theMostTellingOfTwoTroublesIsTold() {
        // Given every pair of troubles that two hosts can have, from the most telling down.
        List<SessionEnd> ranked =
                List.of(
                        unmet(),
                        notServed(Reason.AUTHENTICATION, TlsTrouble.NONE),
                        notServed(Reason.REPLY, TlsTrouble.NONE),
                        notServed(Reason.TLS, TlsTrouble.NONE),
                        notServed(Reason.CONNECTION, TlsTrouble.NONE),
                        notServed(Reason.DNS, TlsTrouble.NONE));
        for (int better = 0; better < ranked.size(); better++) {
            for (int worse = better + 1; worse < ranked.size(); worse++) {
                // When the hosts fail so, in either order.
                SessionEnd one = ranked.get(better);
                SessionEnd other = ranked.get(worse);

                // Then the better one is told.
                Diagnostic expected = why(one);
                assertThat(told(one, other)).isEqualTo(expected);
                assertThat(told(other, one)).isEqualTo(expected);
            }
        }
    }

    @Test
    void everyPairOfHostResultsLeadsToTheRightCalls() {
        // Given every pair of results, under no demand and under one.
        List<SessionEnd> results = List.of(SERVED, REFUSED, TLS_BROKE, unmet());
        for (SessionEnd first : results) {
            for (SessionEnd second : results) {
                checkPair(first, second, OPPORTUNISTIC, TLS_BROKE::equals);
                checkPair(first, second, DEMANDING, _ -> false);
            }
        }
    }

    private void checkPair(
            SessionEnd first, SessionEnd second, PolicyTable policy, Predicate<SessionEnd> clear) {
        // Given that a fall-back, where there is one, is refused.
        var script = new ArrayList<SessionEnd>();
        var expected = new ArrayList<String>();
        for (SessionEnd end : List.of(first, second)) {
            String host = expected.isEmpty() ? "a.example.org" : "b.example.org";
            script.add(end);
            expected.add(host + " TRY");
            if (clear.test(end)) {
                script.add(REFUSED);
                expected.add(host + " NEVER");
            }
            if (end.equals(SERVED)) break;
        }

        // When the lane is delivered.
        var dialer = new ScriptedDialer(script.toArray(SessionEnd[]::new));
        DeliveryEnd end = run(dialer, policy);

        // Then those calls are made and no other, and it is served where a host serves.
        assertThat(dialer.calls).containsExactlyElementsOf(expected);
        assertThat(end instanceof DeliveryEnd.Served).isEqualTo(script.contains(SERVED));
    }

    @Test
    void aSessionThatWasPlannedByAnEarlierConfigurationCallsNoFurtherHost() {
        // Given two hosts, and a configuration that changes while the first is called.
        var dialer = new ScriptedDialer(REFUSED, SERVED);
        wanted = () -> dialer.calls.isEmpty();

        // When the lane is delivered, then the second hears nothing, and nobody is to blame.
        DeliveryEnd end = run(dialer, OPPORTUNISTIC);
        assertThat(dialer.calls).containsExactly("a.example.org TRY");
        assertThat(end).isEqualTo(new DeliveryEnd.Served(List.of()));
    }

    @Test
    void norDoesItGoInClearWhereTlsBroke() {
        var dialer = new ScriptedDialer(TLS_BROKE, SERVED);
        wanted = () -> dialer.calls.isEmpty();
        assertThat(run(dialer, OPPORTUNISTIC)).isEqualTo(new DeliveryEnd.Served(List.of()));
        assertThat(dialer.calls).containsExactly("a.example.org TRY");
    }

    @Test
    void whatAnEarlierConfigurationCameToDecidesNothing() {
        // Given a configuration that changes while the last host is called, or a domain looked up:
        // by the new one there may be other hosts, other demands, other servers to ask.
        wanted = () -> false;
        var nobody = new DeliveryEnd.Served(List.of());
        assertThat(run(new ScriptedDialer(), OPPORTUNISTIC, "")).isEqualTo(nobody);
        assertThat(run(new ScriptedDialer(), OPPORTUNISTIC, "example.org MX FAIL"))
                .isEqualTo(nobody);
        var dialer = new ScriptedDialer(REFUSED, REFUSED);
        wanted = () -> dialer.calls.size() < 2;
        assertThat(run(dialer, OPPORTUNISTIC)).isEqualTo(nobody);
        assertThat(dialer.calls).hasSize(2);
    }

    @Test
    void aLaneWithNowhereToGoDialsNobody() {
        // Given a domain that does not exist, and one whose look-up fails.
        var dialer = new ScriptedDialer();

        // Then nothing is dialed; the one is final, the other is not.
        assertThat(run(dialer, OPPORTUNISTIC, ""))
                .isInstanceOfSatisfying(
                        DeliveryEnd.Never.class,
                        never -> assertThat(never.why().status().toString()).isEqualTo("5.1.2"));
        assertThat(run(dialer, OPPORTUNISTIC, "example.org MX FAIL"))
                .isInstanceOfSatisfying(
                        DeliveryEnd.NoHost.class,
                        noHost -> assertThat(noHost.demandFailure()).isEqualTo(DemandFailure.NONE));
        assertThat(dialer.calls).isEmpty();
    }

    private Diagnostic told(SessionEnd first, SessionEnd second) {
        return ((DeliveryEnd.NoHost) run(new ScriptedDialer(first, second), DEMANDING)).why();
    }

    private static Diagnostic why(SessionEnd end) {
        return switch (end) {
            case SessionEnd.Served _ -> throw new AssertionError("it served");
            case SessionEnd.NotServed(var why, _) -> why;
            case SessionEnd.DemandsUnmet(var why, _, _) -> why;
        };
    }

    private DeliveryEnd run(ScriptedDialer dialer, PolicyTable policy) {
        return run(dialer, policy, ZONE);
    }

    private DeliveryEnd run(ScriptedDialer dialer, PolicyTable policy, String zone) {
        var planner =
                new ConnectionPlanner(
                        PlainZone.of(zone), new Random(1), new Domain("relay.example.net"));
        var delivery = new Delivery(planner, dialer, events::add);
        return delivery.run(lane(policy), policy, new Listening());
    }

    private static Lane lane(PolicyTable policy) {
        return policy.route(new Domain("example.org")).lane();
    }

    private static SessionEnd notServed(Reason reason, TlsTrouble tlsTrouble) {
        return new SessionEnd.NotServed(diagnostic(reason), tlsTrouble);
    }

    private static SessionEnd unmet() {
        var source = new TlsDemand.Source(TlsDemand.Source.Kind.CONNECTOR, "c");
        var unmet = new Unmet(new TlsDemand.Encryption(source), Shortfall.NOT_OFFERED, "");
        var clear = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "");
        return new SessionEnd.DemandsUnmet(diagnostic(Reason.TLS), List.of(unmet), clear);
    }

    private static Diagnostic diagnostic(Reason reason) {
        return Diagnostic.of(reason, new EnhancedStatus(4, 4, 1), reason.label(), "");
    }
}
