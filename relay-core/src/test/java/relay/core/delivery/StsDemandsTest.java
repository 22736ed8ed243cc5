package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.smartHost;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.address.Domain;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic.Reason;
import relay.core.routing.PolicyTable;
import relay.core.smtp.HostLimits;
import relay.core.tls.Evidence;
import relay.core.tls.StsPolicy;
import relay.core.tls.StsPolicy.Mode;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.StsMatch;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;
import relay.core.tls.Unmet.Shortfall;

/// What is published as an MTA-STS policy against what is demanded of whom (RFC 8461 §5).
class StsDemandsTest {
    private static final String ZONE =
            """
            example.org MX 10 a.example.org
            example.org MX 20 b.example.org
            a.example.org A 192.0.2.1
            b.example.org A 192.0.2.2
            plain.example A 192.0.2.4
            filter.example A 192.0.2.3
            """;
    private static final PolicyTable DIRECT = connector("c").table();
    private static final PolicyTable BY_SMART_HOST =
            connector("c").via(smartHost("filter.example", 587)).table();

    static Stream<Arguments> published() {
        return Stream.of(
                arguments("no policy", DIRECT, Map.of(), "a: nothing, b: nothing"),
                arguments(
                        "enforce, every host listed",
                        DIRECT,
                        Map.of("example.org", policy(Mode.ENFORCE, "*.example.org")),
                        "a: match example.org, b: match example.org"),
                arguments(
                        "enforce, one host listed",
                        DIRECT,
                        Map.of("example.org", policy(Mode.ENFORCE, "b.example.org")),
                        "a: out of reach, b: match example.org"),
                arguments(
                        "testing",
                        DIRECT,
                        Map.of("example.org", policy(Mode.TESTING, "b.example.org")),
                        "a: tested example.org, b: tested example.org"),
                arguments(
                        "none",
                        DIRECT,
                        Map.of("example.org", policy(Mode.NONE)),
                        "a: nothing, b: nothing"),
                arguments(
                        "an MX host's own domain is not asked",
                        DIRECT,
                        Map.of("a.example.org", policy(Mode.ENFORCE, "x.example")),
                        "a: nothing, b: nothing"),
                arguments(
                        "§3.4: a smart host's policy, not the recipients'",
                        BY_SMART_HOST,
                        Map.of(
                                "filter.example", policy(Mode.ENFORCE, "filter.example"),
                                "example.org", policy(Mode.ENFORCE, "x.example")),
                        "filter: match filter.example"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void published(
            String name, PolicyTable table, Map<String, StsPolicy> policies, String expected) {
        var planner = planner(policies);
        var plan = planner.plan(table.route(new Domain("example.org")).lane(), table);
        assertThat(shown(plan)).as(name).isEqualTo(expected);
    }

    @Test
    void itAddsToWhatTheConnectorDemandsAndReplacesNothing() {
        // Given a connector that demands encryption, and a policy in force.
        PolicyTable table = connector("c").tls(ENCRYPTION).table();
        var planner = planner(Map.of("example.org", policy(Mode.ENFORCE, "*.example.org")));

        // When the lane is planned, then both stand.
        var plan = planner.plan(table.route(new Domain("example.org")).lane(), table);
        assertThat(ConnectionPlannerTest.hosts(plan).getFirst().demands())
                .extracting(demand -> demand.source().toString())
                .containsExactly("connector c", "mta-sts example.org");
    }

    @Test
    void anAddressHasNoPolicy() {
        // Given a policy source that notes what it is asked for.
        var asked = new ArrayList<String>();
        StsPolicies noting =
                domain -> {
                    asked.add(domain.name());
                    return Optional.empty();
                };
        var planner =
                new ConnectionPlanner(
                        PlainZone.of(ZONE),
                        new Random(1),
                        new Domain("relay.example.net"),
                        DemandSource.andConfigured(new StsDemands(noting)));

        // When mail goes to an address literal.
        var literal = Domain.parse("[192.0.2.7]").orElseThrow();
        var plan = planner.plan(DIRECT.route(literal).lane(), DIRECT);

        // Then no policy is looked for.
        assertThat(plan).isInstanceOf(ConnectionPlan.Hosts.class);
        assertThat(asked).isEmpty();
    }

    @Test
    void aHostThatIsNotListedIsNeverConnectedTo() {
        // Given a policy that lists the second host alone.
        var dialed = new ArrayList<String>();
        var events = new ArrayList<RelayEvent>();
        var planner = planner(Map.of("example.org", policy(Mode.ENFORCE, "b.example.org")));

        // When the lane is delivered.
        DeliveryEnd end = deliver(planner, dialed, events);

        // Then the second serves, and the log can say why the first did not.
        assertThat(end).isInstanceOf(DeliveryEnd.Served.class);
        assertThat(dialed).containsExactly("b.example.org");
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        RelayEvent.DemandsUnmet.class,
                        event ->
                                assertThat(event.unmet())
                                        .extracting(Unmet::shortfall)
                                        .containsExactly(Shortfall.MX_MISMATCH));
    }

    @Test
    void whereNoHostIsListedMailWaitsAndTheReasonNamesThePolicy() {
        // Given a policy that lists none of the hosts.
        var planner = planner(Map.of("example.org", policy(Mode.ENFORCE, "mx.else.example")));

        // When the lane is delivered.
        var dialed = new ArrayList<String>();
        DeliveryEnd end = deliver(planner, dialed, new ArrayList<>());

        // Then nothing is connected to and the failure is temporary.
        var why = ((DeliveryEnd.NoHost) end).why();
        assertThat(dialed).isEmpty();
        assertThat(why.status().toString()).isEqualTo("4.7.5");
        assertThat(why.reason()).isEqualTo(Reason.TLS);
        assertThat(why.toString()).contains("mta-sts example.org", "mx.else.example");
    }

    @Test
    void aPolicyThatIsTriedOutKeepsNothingBackAndIsReported() {
        // Given a policy in mode testing, and hosts without TLS.
        var events = new ArrayList<RelayEvent>();
        var dialed = new ArrayList<String>();
        var planner = planner(Map.of("example.org", policy(Mode.TESTING, "a.example.org")));

        // When the lane is delivered.
        DeliveryEnd end = deliver(planner, dialed, events);

        // Then the first host gets the mail, and what it failed is an event.
        assertThat(end).isInstanceOf(DeliveryEnd.Served.class);
        assertThat(dialed).containsExactly("a.example.org");
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        RelayEvent.TestedPolicyUnmet.class,
                        event ->
                                assertThat(event.unmet())
                                        .extracting(Unmet::shortfall)
                                        .containsExactly(Shortfall.NOT_OFFERED));
    }

    private static DeliveryEnd deliver(
            ConnectionPlanner planner, List<String> dialed, List<RelayEvent> events) {
        Dialer dialer =
                (host, _, observer) -> {
                    dialed.add(host.hostName());
                    var clear = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "no STARTTLS");
                    observer.opened(
                            new DeliveryTest.NoLink(),
                            new TlsProof(host.toString(), host.demands(), clear),
                            HostLimits.NONE);
                    return new SessionEnd.Served(List.of());
                };
        var lane = DIRECT.route(new Domain("example.org")).lane();
        return new Delivery(planner, dialer, events::add)
                .run(lane, DIRECT, new DeliveryTest.Deaf());
    }

    private static ConnectionPlanner planner(Map<String, StsPolicy> policies) {
        return new ConnectionPlanner(
                PlainZone.of(ZONE),
                new Random(1),
                new Domain("relay.example.net"),
                DemandSource.andConfigured(
                        new StsDemands(
                                domain -> Optional.ofNullable(policies.get(domain.name())))));
    }

    private static StsPolicy policy(Mode mode, String... mx) {
        return new StsPolicy(mode, List.of(mx), Duration.ofDays(7));
    }

    private static String shown(ConnectionPlan plan) {
        return ConnectionPlannerTest.hosts(plan).stream()
                .map(host -> host.hostName().split("\\.", 2)[0] + ": " + shown(host))
                .collect(Collectors.joining(", "));
    }

    private static String shown(HostPlan host) {
        if (!TlsDemand.outOfReach(host.demands()).isEmpty()) return "out of reach";
        if (!host.tested().isEmpty()) return "tested " + owner(host.tested());
        return host.demands().isEmpty() ? "nothing" : "match " + owner(host.demands());
    }

    private static String owner(List<TlsDemand> demands) {
        return ((StsMatch) demands.getFirst()).source().name();
    }
}
