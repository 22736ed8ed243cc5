package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.delivery.Policies.connector;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.PolicyTable;

/// Connectors that call from addresses of their own.
class SourceAddressTest {
    private static final Caller IPV4 =
            new Caller("", List.of(InetAddress.ofLiteral("192.0.2.99")), Duration.ofDays(1));
    private final PolicyTable policy =
            connector("internet").connections(new ConnectorConnections(1, 1, 1, IPV4)).table();

    @Test
    void addressesOfAnotherFamilyThanOursAreNotCalled() {
        // Given a host of both families and a connector with an IPv4 address alone.
        String zone =
                """
                example.org MX 10 a.example.org
                a.example.org A 2001:db8::1
                a.example.org A 192.0.2.1
                """;

        // When it is planned, then the IPv4 address is called, from ours.
        var hosts =
                ConnectionPlannerTest.hosts(
                        ConnectionPlannerTest.plan("example.org", policy, zone));
        assertThat(hosts)
                .extracting(HostPlan::toString)
                .containsExactly("a.example.org[192.0.2.1]:25");
        assertThat(hosts.getFirst().caller().sourceFor(hosts.getFirst().address()))
                .isEqualTo(IPV4.sourceAddresses());
    }

    @Test
    void mailForWhomNoAddressIsLeftWaits() {
        var plan = ConnectionPlannerTest.plan("example.org", policy, "example.org A 2001:db8::1");
        assertThat(plan)
                .isInstanceOfSatisfying(
                        ConnectionPlan.NotNow.class,
                        notNow ->
                                assertThat(notNow.why().text())
                                        .isEqualTo(
                                                "no address of the host example.org is of the"
                                                        + " family of ours"));
    }
}
