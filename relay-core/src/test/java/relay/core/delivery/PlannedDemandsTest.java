package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.NONE;
import static relay.core.delivery.Policies.TRUSTED;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.floor;
import static relay.core.delivery.Policies.names;
import static relay.core.delivery.Policies.pinned;
import static relay.core.delivery.Policies.smartHost;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.address.Domain;
import relay.core.routing.ConnectorTls;
import relay.core.routing.DomainFloor;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.tls.KeyExchangeGroup;
import relay.core.tls.RootSet;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsOffer;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsTerms;

class PlannedDemandsTest {
    private static final String ZONE =
            """
            example.org MX 10 mx.example.org
            mx.example.org A 192.0.2.1
            filter.example A 192.0.2.2
            """;

    private static final TlsTerms ROOTS =
            new TlsTerms(Set.of(), new RootSet.Own("root.pem", Set.of()));

    static Stream<Arguments> demands() {
        DomainFloor encrypted = floor("*.org", ENCRYPTION);
        return Stream.of(
                arguments("nobody asks", connector("c").table(), List.of()),
                arguments(
                        "the connector asks",
                        connector("c").tls(ENCRYPTION).table(),
                        List.of("encryption (connector c)")),
                arguments(
                        "the floor asks",
                        connector("c").table(encrypted),
                        List.of("encryption (domain *.org)")),
                arguments(
                        "both ask, and neither replaces the other",
                        connector("c").tls(names("tls.example.org")).table(encrypted),
                        List.of(
                                "a trusted certificate for tls.example.org (connector c)",
                                "encryption (domain *.org)")),
                arguments(
                        "the MX host's own name counts where none is given",
                        connector("c").tls(names()).table(floor("example.org", names())),
                        List.of(
                                "a trusted certificate for mx.example.org (connector c)",
                                "a trusted certificate for mx.example.org (domain example.org)")),
                arguments(
                        "a password asks for the smart host's name",
                        connector("c").via(smartHost("filter.example", 25)).authenticated().table(),
                        List.of("a trusted certificate for filter.example (auth c)")),
                arguments(
                        "beside CertificateValidation too",
                        connector("c")
                                .via(smartHost("filter.example", 25))
                                .authenticated()
                                .tls(TRUSTED)
                                .table(),
                        List.of(
                                "a trusted certificate (connector c)",
                                "a trusted certificate for filter.example (auth c)")),
                arguments(
                        "EncryptionOnly is enough for a password where the operator wrote it",
                        connector("c")
                                .via(smartHost("filter.example", 25))
                                .authenticated()
                                .tls(ENCRYPTION)
                                .table(),
                        List.of("encryption (connector c)", "encryption (auth c)")),
                arguments(
                        "a password goes to the names that the operator accepts instead",
                        connector("c")
                                .via(smartHost("192.0.2.2", 25))
                                .authenticated()
                                .tls(names("tls.filter.example"))
                                .table(),
                        List.of(
                                "a trusted certificate for tls.filter.example (connector c)",
                                "a trusted certificate for tls.filter.example (auth c)")),
                arguments(
                        "a smart host by address has no other name: fails closed",
                        connector("c").via(smartHost("192.0.2.2", 25)).authenticated().table(),
                        List.of("a trusted certificate for 192.0.2.2 (auth c)")),
                arguments(
                        "pins stand beside the level, the connector's and the floor's",
                        connector("c")
                                .tls(TRUSTED)
                                .options(new ConnectorTls(pinned(1), TlsOffer.DEFAULT))
                                .table(floor("*.org", ENCRYPTION, pinned(2))),
                        List.of(
                                "a trusted certificate (connector c)",
                                "a pinned certificate (connector c)",
                                "encryption (domain *.org)",
                                "a pinned certificate (domain *.org)")),
                arguments(
                        "an entry's own roots are for what it demands, the password's name too",
                        connector("c")
                                .via(smartHost("filter.example", 25))
                                .authenticated()
                                .tls(TRUSTED)
                                .options(new ConnectorTls(ROOTS, TlsOffer.DEFAULT))
                                .table(floor("*.org", TRUSTED)),
                        List.of(
                                "a certificate trusted by root.pem (connector c)",
                                "a trusted certificate (domain *.org)",
                                "a certificate trusted by root.pem for filter.example (auth c)")),
                arguments(
                        "a floor holds behind a smart host",
                        connector("c").via(smartHost("filter.example", 25)).table(encrypted),
                        List.of("encryption (domain *.org)")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void demands(String name, PolicyTable policy, List<String> expected) {
        // When mail for example.org is planned under this policy.
        ConnectionPlan plan = ConnectionPlannerTest.plan("example.org", policy, ZONE);

        // Then exactly these demands are made of the host.
        HostPlan host = ConnectionPlannerTest.hosts(plan).getFirst();
        assertThat(host.demands())
                .as(name)
                .extracting(TlsDemand::toString)
                .containsExactlyElementsOf(expected);
    }

    @Test
    void theHostsOfAConnectorAreOfferedWhatItOffers() {
        // Given a connector with groups of its own.
        var offer = new TlsOffer(List.of(), List.of(KeyExchangeGroup.P_256));
        PolicyTable policy = connector("c").options(new ConnectorTls(TlsTerms.NONE, offer)).table();

        // When mail is planned, then its hosts have them, also where they are only looked at.
        HostPlan host =
                ConnectionPlannerTest.hosts(ConnectionPlannerTest.plan("example.org", policy, ZONE))
                        .getFirst();
        assertThat(host.offer()).isEqualTo(offer);
        assertThat(host.withoutIdentity().offer()).isEqualTo(offer);
    }

    @Test
    void anMxHostNeverGetsAPassword() {
        // Given a connector with credentials and no smart host.
        PolicyTable policy = connector("c").authenticated().table();

        // When mail is planned by the DNS.
        ConnectionPlan plan = ConnectionPlannerTest.plan("example.org", policy, ZONE);

        // Then the host that the DNS names is shown none.
        assertThat(ConnectionPlannerTest.hosts(plan).getFirst().identity()).isEmpty();
    }

    @Test
    void aFloorWrittenAfterTheLaneWasMadeHoldsForItsDomain() {
        // Given a lane that was made when no floor was there.
        var lane = new Lane("c", "example.org", "");
        PolicyTable policy = connector("c").table(floor("example.org", ENCRYPTION));

        // When it is planned.
        var planner =
                new ConnectionPlanner(
                        PlainZone.of(ZONE), new Random(1), new Domain("relay.example.net"));
        List<HostPlan> hosts = ConnectionPlannerTest.hosts(planner.plan(lane, policy));

        // Then the floor holds all the same.
        assertThat(hosts.getFirst().demands()).hasSize(1);
    }

    static Stream<Arguments> pairs() {
        return requirements().flatMap(one -> requirements().map(other -> arguments(one, other)));
    }

    static Stream<Arguments> triples() {
        return pairs().flatMap(pair ->
                requirements().map(third -> arguments(pair.get()[0], pair.get()[1], third)));
    }

    private static Stream<TlsRequirement> requirements() {
        return Stream.of(NONE, ENCRYPTION, TRUSTED, names(), names("tls.example.org"));
    }

    @ParameterizedTest
    @MethodSource("triples")
    void addingADemandSourceNeverRemovesADemand(
            TlsRequirement connectorTls, TlsRequirement floorTls, TlsRequirement added) {
        // Given any policy, and any further source of demands.
        PolicyTable policy = connector("c").tls(connectorTls).table(floor("example.org", floorTls));
        var source = new TlsDemand.Source(TlsDemand.Source.Kind.DOMAIN, "added");
        DemandSource more =
                target ->
                        new DemandSource.Answer.Demands(
                                added.demands(source, target.hostName(), RootSet.COMMON));

        // When mail is planned without it and with it, wherever it stands in the list.
        List<TlsDemand> without = planned(policy, DemandSource.CONFIGURED);
        List<TlsDemand> last = planned(policy, concat(DemandSource.CONFIGURED, List.of(more)));
        List<TlsDemand> first = planned(policy, concat(List.of(more), DemandSource.CONFIGURED));

        // Then every demand is still there, and the new source's with them.
        assertThat(last).containsAll(without).hasSize(without.size() + sizeOf(added));
        assertThat(first).containsExactlyInAnyOrderElementsOf(last);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void onlyTheEmptyListMayGoInClear(TlsRequirement connectorTls, TlsRequirement floorTls) {
        // Given any policy that allows the fall-back.
        PolicyTable policy = connector("c").tls(connectorTls).table(floor("example.org", floorTls));

        // When mail is planned.
        HostPlan host =
                ConnectionPlannerTest.hosts(ConnectionPlannerTest.plan("example.org", policy, ZONE))
                        .getFirst();

        // Then clear text is open exactly where neither asks for anything.
        boolean nobodyAsks = connectorTls.equals(NONE) && floorTls.equals(NONE);
        assertThat(Delivery.mayGoInClear(host)).isEqualTo(nobodyAsks);
    }

    private static List<TlsDemand> planned(PolicyTable policy, List<DemandSource> sources) {
        var planner =
                new ConnectionPlanner(
                        PlainZone.of(ZONE),
                        new Random(1),
                        new Domain("relay.example.net"),
                        sources);
        Lane lane = policy.route(new Domain("example.org")).lane();
        return ConnectionPlannerTest.hosts(planner.plan(lane, policy)).getFirst().demands();
    }

    private static int sizeOf(TlsRequirement requirement) {
        return requirement.equals(NONE) ? 0 : 1;
    }

    private static <T> List<T> concat(List<T> one, List<T> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }
}
