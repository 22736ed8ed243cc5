package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.delivery.Policies.connector;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.PolicyTable;
import relay.core.routing.ProtocolLogging;

/// Connectors whose hosts other DNS servers know.
class DnsServersTest {
    private static final Domain DOMAIN = new Domain("bank.example");

    /// What the DNS servers of the relay say.
    private static final PlainZone PUBLIC =
            PlainZone.of(
                    """
                    bank.example MX 10 mx.public.example
                    mx.public.example A 192.0.2.1
                    filter.example A 192.0.2.2
                    """);

    /// What those of the connector say.
    private static final PlainZone PRIVATE =
            PlainZone.of(
                    """
                    bank.example MX 10 mx.private.example
                    mx.private.example A 10.0.0.1 secure
                    _25._tcp.mx.private.example TLSA 3 1 1 ab secure
                    filter.example A 10.0.0.2
                    """);

    private final ConnectionPlanner planner =
            new ConnectionPlanner(
                    connector -> isOwn(connector.connections().caller()) ? PRIVATE : PUBLIC,
                    new Random(1),
                    new Domain("relay.example.net"),
                    DemandSource.andConfigured(
                            new DanePolicy(connector ->
                                    isOwn(connector.connections().caller()) ? PRIVATE : PUBLIC)),
                    TokenSource.NONE);

    private static boolean isOwn(Caller caller) {
        return caller.dnsServerNames()
                .equals(List.of("10.0.0.53:53", "[2001:db8:0:0:0:0:0:53]:5353"));
    }

    static ConnectorConnections own() {
        int none = ConnectorConnections.UNLIMITED;
        Caller usual = Caller.DEFAULT;
        return new ConnectorConnections(
                none,
                none,
                none,
                new Caller(
                        "",
                        List.of(),
                        usual.inactivityTimeout(),
                        List.of(server("10.0.0.53", 53), server("2001:db8::53", 5353)),
                        ProtocolLogging.NONE));
    }

    private static InetSocketAddress server(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private List<HostPlan> hosts(PolicyTable policy) {
        return ConnectionPlannerTest.hosts(planner.plan(policy.route(DOMAIN).lane(), policy));
    }

    @Test
    void everyLookUpForAConnectorsHostsAsksItsServers() {
        // Given a connector with DNS servers, and one without, by the MX records.
        PolicyTable own = connector("bank").connections(own()).table();
        PolicyTable usual = connector("bank").table();

        // Then MX, address and TLSA record are those of its DNS.
        HostPlan host = hosts(own).getFirst();
        assertThat(host).hasToString("mx.private.example[10.0.0.1]:25");
        assertThat(host.demands()).singleElement().hasToString("encryption (dane)");
        assertThat(hosts(usual)).singleElement().hasToString("mx.public.example[192.0.2.1]:25");
    }

    @Test
    void smartHostsAreLookedUpThereToo() {
        var hop = Policies.smartHost("filter.example", 587);
        PolicyTable own = connector("filter").via(hop).connections(own()).table();
        PolicyTable usual = connector("filter").via(hop).table();

        assertThat(hosts(own)).singleElement().hasToString("filter.example[10.0.0.2]:587");
        assertThat(hosts(usual)).singleElement().hasToString("filter.example[192.0.2.2]:587");
    }

    @Test
    void explainNamesThem() {
        PolicyTable own = connector("bank").connections(own()).table();

        assertThat(Explain.domain(DOMAIN, own).lines())
                .contains("DNS servers  10.0.0.53:53", "             [2001:db8:0:0:0:0:0:53]:5353");
    }
}
