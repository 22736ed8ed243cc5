package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.NONE;
import static relay.core.delivery.Policies.TRUSTED;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.implicitTls;
import static relay.core.delivery.Policies.names;
import static relay.core.delivery.Policies.pinned;
import static relay.core.delivery.Policies.smartHost;
import static relay.core.delivery.Policies.space;

import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.address.Domain;
import relay.core.routing.ConnectorTls;
import relay.core.routing.Lane;
import relay.core.routing.MailSource;
import relay.core.routing.PolicyTable;
import relay.core.tls.CipherSuite;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.LegacyException;
import relay.core.tls.ProtocolTerms;
import relay.core.tls.RootSet;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsOffer;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsTerms;

/// What mail that left a connector which is down must have on its way, and which way it may not take
/// at all.
class FailOverDemandsTest {
    private static final Domain DOMAIN = new Domain("example.org");
    private static final String ZONE =
            """
            example.org MX 10 mx.example.org
            mx.example.org A 192.0.2.1
            first.example A 192.0.2.2
            second.example A 192.0.2.3
            """;

    static List<TlsRequirement> requirements() {
        return List.of(NONE, ENCRYPTION, TRUSTED, names(), names("tls.example"));
    }

    @ParameterizedTest
    @MethodSource("requirements")
    void whatTheFirstDemandsIsDemandedOfTheSecond(TlsRequirement level) {
        for (TlsRequirement own : requirements()) {
            // Given a connector whose mail may go by another, each with demands.
            PolicyTable policy = policy(first().tls(level), second().tls(own));

            // When its mail is planned on both ways.
            List<TlsDemand> before = planned(policy.route(DOMAIN).lane(), policy).demands();
            HostPlan after = planned(alternatives(policy).getFirst(), policy);

            // Then the second has as many demands of the first's, of its own host where of a name.
            assertThat(after.hostName()).isEqualTo("second.example");
            assertThat(ofFirst(after.demands()))
                    .containsExactlyInAnyOrderElementsOf(
                            level.demands(
                                    new TlsDemand.Source(TlsDemand.Source.Kind.CONNECTOR, "first"),
                                    "second.example",
                                    RootSet.COMMON))
                    .hasSameSizeAs(before);
            assertThat(after.demands()).hasSize(before.size() + (own.equals(NONE) ? 0 : 1));
        }
    }

    @Test
    void termsPinsAndTheDemandOfAPasswordGoAlong() {
        // Given a connector with a pin, a suite, and a password for its own host.
        TlsTerms pin = pinned(1);
        var protocol =
                new ProtocolTerms(
                        TlsVersion.TLS_1_3, Set.of(CipherSuite.ALL.getFirst()), List.of());
        var terms = new TlsTerms(pin.pins(), RootSet.COMMON, protocol);
        PolicyTable policy =
                policy(
                        first().options(new ConnectorTls(terms, TlsOffer.DEFAULT)).authenticated(),
                        second());

        // When its mail is planned by the other.
        HostPlan host = planned(alternatives(policy).getFirst(), policy);

        // Then nothing is missing but the password.
        assertThat(host.demands())
                .extracting(demand -> demand.getClass().getSimpleName())
                .containsExactlyInAnyOrder("Pinned", "MinVersion", "OneOfSuites", "TrustedName");
        assertThat(host.offer().suites()).containsExactly(CipherSuite.ALL.getFirst());
        assertThat(host.identity()).isEmpty();
    }

    @Test
    void whatNeverWentInClearNeverDoes() {
        for (Policies first :
                List.of(first().neverInClear(), first().via(implicitTls("first.example")))) {
            PolicyTable policy = policy(first, second());
            HostPlan host = planned(alternatives(policy).getFirst(), policy);
            assertThat(Delivery.mayGoInClear(host)).isFalse();
        }
        PolicyTable policy = policy(first(), second());
        assertThat(Delivery.mayGoInClear(planned(alternatives(policy).getFirst(), policy)))
                .isTrue();
    }

    @Test
    void demandsThatCannotBeTakenAlongKeepTheMail() {
        // Given smart hosts that show their own name, and hosts that the DNS names.
        Policies byDns = connector("second").spaces(space("*", 2));
        assertThat(alternatives(policy(first().tls(names()), byDns))).isEmpty();
        assertThat(alternatives(policy(first().authenticated(), byDns))).isEmpty();
        assertThat(alternatives(policy(first().tls(names("tls.example")), byDns))).hasSize(1);
        assertThat(alternatives(policy(first().tls(TRUSTED), byDns))).hasSize(1);

        // And a domain's own hosts, with what it may publish, and smart hosts.
        Policies internet = connector("first").failOver();
        assertThat(alternatives(policy(internet, byDns))).hasSize(1);
        assertThat(alternatives(policy(internet, second()))).isEmpty();
        assertThat(alternatives(policy(internet, second().tls(TRUSTED)))).isEmpty();
        assertThat(alternatives(policy(internet, second().tls(names())))).hasSize(1);

        // And hosts that other DNS servers know, where what they publish may stand as well.
        Policies privately = connector("first").failOver().connections(DnsServersTest.own());
        assertThat(alternatives(policy(privately, byDns))).isEmpty();
        assertThat(alternatives(policy(privately, byDns.connections(DnsServersTest.own()))))
                .hasSize(1);

        // And an exception for one partner.
        var exception = new LegacyException(TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));
        var protocol = new ProtocolTerms(ProtocolTerms.OLDEST, Set.of(), List.of(exception));
        var legacy = new TlsTerms(Set.of(), RootSet.COMMON, protocol);
        Policies excepted = first().options(new ConnectorTls(legacy, TlsOffer.DEFAULT));
        assertThat(alternatives(policy(excepted, second()))).isEmpty();
    }

    @Test
    void aLaneThatThePolicyWouldNotMakeIsNotDialled() {
        // Given a lane of mail that failed over.
        PolicyTable policy = policy(first(), second());
        Lane lane = alternatives(policy).getFirst();

        // When the first connector is switched off, or may not be left, or demands what cannot be
        // taken along, then nobody is called.
        for (Policies now :
                List.of(
                        first().disabled(),
                        connector("first").via(smartHost("first.example", 25)),
                        connector("first").failOver())) {
            assertThat(planner().plan(lane, policy(now, second())))
                    .isInstanceOf(ConnectionPlan.NotNow.class);
        }
    }

    @Test
    void explainSaysWhereMailGoesMeanwhileAndWhereItCannot() {
        var policy =
                new PolicyTable(
                        List.of(
                                first().tls(names()).connector(),
                                second().line(20).connector(),
                                connector("third").line(30).spaces(space("*", 3)).connector()),
                        List.of());
        assertThat(Explain.domain(DOMAIN, policy).lines())
                .contains(
                        "when down    by second (connectors.yaml:20), with every demand of first as"
                                + " well",
                        "             not by third (connectors.yaml:30): first demands a certificate"
                                + " of its smart host's own name, and the hosts of third are those"
                                + " that the DNS names");
        var alone = new PolicyTable(List.of(first().connector()), List.of());
        assertThat(Explain.domain(DOMAIN, alone).lines())
                .contains("when down    the message waits: no other connector fits");
    }

    private static Policies first() {
        return connector("first").via(smartHost("first.example", 25)).failOver();
    }

    private static Policies second() {
        return connector("second").spaces(space("*", 2)).via(smartHost("second.example", 25));
    }

    private static PolicyTable policy(Policies first, Policies second) {
        return new PolicyTable(List.of(first.connector(), second.connector()), List.of());
    }

    private static List<Lane> alternatives(PolicyTable policy) {
        return policy.alternatives(DOMAIN, MailSource.UNKNOWN, 1_000);
    }

    private static HostPlan planned(Lane lane, PolicyTable policy) {
        return ConnectionPlannerTest.hosts(planner().plan(lane, policy)).getFirst();
    }

    private static ConnectionPlanner planner() {
        return new ConnectionPlanner(
                PlainZone.of(ZONE), new Random(1), new Domain("relay.example.net"));
    }

    private static List<TlsDemand> ofFirst(List<TlsDemand> demands) {
        return demands.stream().filter(demand -> demand.source().name().equals("first")).toList();
    }
}
