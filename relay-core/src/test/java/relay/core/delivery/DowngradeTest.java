package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.connector;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.TlsDowngraded;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.PolicyTable;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.HostLimits;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet.Shortfall;

class DowngradeTest {
    private static final String HOST = "mx.example.org[192.0.2.1]:25";
    private static final String ZONE =
            "example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1";
    private static final PolicyTable OPPORTUNISTIC = connector("c").table();
    private static final PolicyTable DEMANDING = connector("c").tls(ENCRYPTION).table();
    private static final PolicyTable NEVER = connector("c").neverInClear().table();
    private static final Instant THEN = Instant.parse("2026-11-23T12:00:00Z");

    private static final Evidence CLEAR =
            new Evidence.Plaintext(Shortfall.NOT_OFFERED, "no STARTTLS");
    private static final Evidence TLS =
            new Evidence.Encrypted(
                    Evidence.TlsVersion.TLS_1_3,
                    "TLS_AES_128_GCM_SHA256",
                    "",
                    new Evidence.ChainVerdict.Untrusted("self-signed"),
                    Set.of(),
                    List.of());

    private final List<RelayEvent> events = new ArrayList<>();
    private final List<String> secured = new ArrayList<>();
    private final List<String> sessions = new ArrayList<>();

    /// Knows every host, or none, and writes down what it hears.
    private final class Memory implements TlsMemory {
        private final List<Instant> known;

        Memory(Instant... known) {
            this.known = List.of(known);
        }

        @Override
        public void secured(HostPlan host) {
            secured.add(host.toString());
        }

        @Override
        public Stream<Instant> lastSecured(HostPlan host) {
            return known.stream();
        }
    }

    /// What one connection shows: `evidence` counts where it serves.
    record Shown(SessionEnd end, Evidence evidence) {
        static Shown serves(Evidence evidence) {
            return new Shown(new SessionEnd.Served(List.of()), evidence);
        }

        static Shown fails(Reason reason, TlsTrouble trouble) {
            var why = Diagnostic.of(reason, new EnhancedStatus(4, 7, 10), "no TLS", "");
            return new Shown(new SessionEnd.NotServed(why, trouble), CLEAR);
        }

        static Shown unmet(Evidence evidence) {
            var why = Diagnostic.of(Reason.TLS, new EnhancedStatus(4, 7, 10), "unmet", "");
            var source = new TlsDemand.Source(TlsDemand.Source.Kind.CONNECTOR, "c");
            var demand = new TlsDemand.TrustedChain(source);
            var unmet = TlsDemand.unmet(List.of(demand), evidence);
            return new Shown(new SessionEnd.DemandsUnmet(why, unmet, evidence), evidence);
        }
    }

    private void deliver(PolicyTable policy, TlsMemory memory, Shown... shown) {
        var script = new ArrayList<>(List.of(shown));
        Dialer dialer =
                (host, _, observer) -> {
                    Shown next = script.removeFirst();
                    if (next.end() instanceof SessionEnd.Served) {
                        var proof = new TlsProof(host.toString(), host.demands(), next.evidence());
                        observer.opened(new NoLink(), proof, HostLimits.NONE);
                    }
                    return next.end();
                };
        var planner =
                new ConnectionPlanner(
                        PlainZone.of(ZONE), new Random(1), new Domain("relay.example.net"));
        var lane = policy.route(new Domain("example.org")).lane();
        SessionLedger ledger = (_, host, seen) -> sessions.add(host + " " + words(seen));
        new Delivery(planner, dialer, events::add, memory, ledger).run(lane, policy, new Deaf());
        assertThat(script).isEmpty();
    }

    private static String words(Evidence evidence) {
        return switch (evidence) {
            case Evidence.Plaintext(var why, _) -> why.label();
            case Evidence.Encrypted tls -> tls.protocol().label();
        };
    }

    @Test
    void eachSessionIsCountedOnceAndAFallBackIsNone() {
        // Given hosts with TLS, without, with TLS that breaks, and with less than is demanded.
        var failed = Shown.fails(Reason.TLS, TlsTrouble.FAILED);
        deliver(OPPORTUNISTIC, new Memory(), Shown.serves(TLS));
        deliver(OPPORTUNISTIC, new Memory(), Shown.serves(CLEAR));
        deliver(OPPORTUNISTIC, new Memory(), failed, Shown.serves(CLEAR));
        deliver(DEMANDING, new Memory(), Shown.unmet(TLS));

        // When nobody answers, then there was no session.
        deliver(OPPORTUNISTIC, new Memory(), Shown.fails(Reason.TIMEOUT, TlsTrouble.NONE));
        assertThat(sessions)
                .containsExactly(
                        HOST + " TLSv1.3",
                        HOST + " not-offered",
                        HOST + " not-offered",
                        HOST + " TLSv1.3");
    }

    private record NoLink() implements SessionObserver.SessionLink {
        @Override
        public void offer(QueueEntry entry) {}

        @Override
        public void finish() {}
    }

    private record Deaf() implements SessionObserver {
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

    private List<TlsDowngraded> downgrades() {
        return events.stream()
                .filter(TlsDowngraded.class::isInstance)
                .map(TlsDowngraded.class::cast)
                .toList();
    }

    static Stream<Arguments> losses() {
        Shown refused = Shown.fails(Reason.TLS, TlsTrouble.FAILED);
        return Stream.of(
                arguments("STARTTLS is gone", OPPORTUNISTIC, List.of(Shown.serves(CLEAR))),
                arguments(
                        "it fails, and clear text follows",
                        OPPORTUNISTIC,
                        List.of(refused, Shown.serves(CLEAR))),
                arguments("under a demand", DEMANDING, List.of(Shown.unmet(CLEAR))),
                arguments(
                        "where clear text is ruled out",
                        NEVER,
                        List.of(Shown.fails(Reason.TLS, TlsTrouble.NONE))),
                arguments("and where it fails there", NEVER, List.of(refused)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("losses")
    void aHostThatHadTlsAndHasNoneIsNamedOnce(String name, PolicyTable policy, List<Shown> shown) {
        // When a host that had TLS has none.
        deliver(policy, new Memory(THEN), shown.toArray(Shown[]::new));

        // Then one event names it and the time.
        assertThat(downgrades()).as(name).hasSize(1);
        assertThat(downgrades().getFirst().host()).isEqualTo(HOST);
        assertThat(downgrades().getFirst().lastSecured()).isEqualTo(THEN);
        assertThat(secured).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("losses")
    void aHostThatNeverHadTlsIsNoDowngrade(String name, PolicyTable policy, List<Shown> shown) {
        deliver(policy, new Memory(), shown.toArray(Shown[]::new));
        assertThat(downgrades()).as(name).isEmpty();
    }

    @Test
    void everyHandshakeThatSucceedsIsRemembered() {
        // Given one whose certificate met the demands, and one whose did not.
        deliver(OPPORTUNISTIC, new Memory(THEN), Shown.serves(TLS));
        deliver(DEMANDING, new Memory(THEN), Shown.unmet(TLS));

        // Then both hosts have TLS, and nothing is downgraded.
        assertThat(secured).containsExactly(HOST, HOST);
        assertThat(downgrades()).isEmpty();
    }

    @Test
    void aHostThatIsDownHasNotLostItsTls() {
        deliver(OPPORTUNISTIC, new Memory(THEN), Shown.fails(Reason.TIMEOUT, TlsTrouble.NONE));
        // Nor one that dies when it is asked again.
        deliver(
                OPPORTUNISTIC,
                new Memory(THEN),
                Shown.fails(Reason.TLS, TlsTrouble.FAILED),
                Shown.fails(Reason.TIMEOUT, TlsTrouble.NONE));
        assertThat(events).isEmpty();
    }
}
