package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import relay.core.address.IpRange;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

class ReceiveTableTest {
    private static final Binding SHARED = binding(2525);
    private static final Binding OTHER = binding(465);

    @Test
    void theMostSpecificRangeOfTheBindingWins() {
        // Given three connectors on one binding, the widest first, and one on another.
        var table =
                new ReceiveTable(
                        List.of(
                                connector("wide", SHARED, "10.0.0.0/8", "2001:db8::/32"),
                                connector("host", SHARED, "10.1.2.3"),
                                connector("net", SHARED, "10.1.2.0/24", "2001:db8::1-2001:db8::9"),
                                connector("other", OTHER, "192.0.2.0/24")));

        // Then each client has the connector that means it most.
        assertThat(chosen(table, SHARED, "10.1.2.3")).isEqualTo("host");
        assertThat(chosen(table, SHARED, "10.1.2.4")).isEqualTo("net");
        assertThat(chosen(table, SHARED, "10.1.3.4")).isEqualTo("wide");
        assertThat(chosen(table, SHARED, "2001:db8::5")).isEqualTo("net");
        assertThat(chosen(table, SHARED, "2001:db8::a")).isEqualTo("wide");
        assertThat(chosen(table, OTHER, "192.0.2.1")).isEqualTo("other");
    }

    @Test
    void aClientOutsideEveryRangeOfItsBindingIsAStranger() {
        // Given a connector on each of two bindings.
        var table =
                new ReceiveTable(
                        List.of(
                                connector("one", SHARED, "10.0.0.0/8"),
                                connector("two", OTHER, "192.0.2.0/24")));

        // Then a range counts at its own binding only.
        assertThat(chosen(table, SHARED, "192.0.2.1")).isEqualTo("nobody");
        assertThat(chosen(table, SHARED, "::1")).isEqualTo("nobody");
        assertThat(chosen(table, binding(1), "10.0.0.1")).isEqualTo("nobody");
        assertThat(table.bindings()).containsExactlyInAnyOrder(SHARED, OTHER);
    }

    @Test
    void aProxyHandsOnConnectionsAtItsOwnBindingsAlone() {
        // Given two connectors on one binding, each with a proxy of its own, and one on another.
        var table =
                new ReceiveTable(
                        List.of(
                                behind("10.9.0.1", connector("one", SHARED, "10.1.0.0/16")),
                                behind("10.9.0.8/30", connector("two", SHARED, "10.2.0.0/16")),
                                connector("three", OTHER, "10.3.0.0/16")));

        // Then both are proxies there, and nobody is elsewhere.
        assertThat(proxies(table, SHARED)).containsExactly("10.9.0.1", "10.9.0.11");
        assertThat(proxies(table, OTHER)).isEmpty();
        assertThat(proxies(table, binding(1))).isEmpty();
    }

    private static List<String> proxies(ReceiveTable table, Binding binding) {
        return Stream.of("10.1.0.1", "10.9.0.1", "10.9.0.2", "10.9.0.11", "10.9.0.12")
                .filter(client -> table.isProxy(binding, InetAddress.ofLiteral(client)))
                .toList();
    }

    private static ReceiveConnector behind(String proxies, ReceiveConnector connector) {
        return new ReceiveConnector(
                connector.name(),
                connector.origin(),
                connector.bindings(),
                connector.remoteIpRanges(),
                connector.requireTls(),
                connector.authentication(),
                connector.limits(),
                connector.clientCertificates(),
                List.of(IpRange.parse(proxies).orElseThrow()));
    }

    private static String chosen(ReceiveTable table, Binding binding, String client) {
        return table.choose(binding, InetAddress.ofLiteral(client))
                .map(ReceiveConnector::name)
                .orElse("nobody");
    }

    private static Binding binding(int port) {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        return new Binding(address, TlsMode.STARTTLS);
    }

    private static ReceiveConnector connector(String name, Binding binding, String... ranges) {
        return Fixtures.receiveConnector(name, binding, RequireTls.NO, Fixtures.LIMITS, ranges);
    }
}
