package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefaultGatewaysTest {

    @Test
    void theGatewayOfTheDefaultRouteIsRead() {
        // Given the table of a container: a default route, a route of its network, and one to
        // others.
        List<String> lines =
                """
                Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
                eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
                eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
                eth0\t0000000A\t020011AC\t0003\t0\t0\t0\t000000FF\t0\t0\t0
                tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
                tun0\t00000000\t030011AC\t0003\t0\t0\t0\t00000080\t0\t0\t0

                broken
                """
                        .lines()
                        .toList();

        // Then the default one has the gateway.
        assertThat(DefaultGateways.ipv4(lines))
                .containsExactly(InetAddress.ofLiteral("172.17.0.1"));
    }

    @Test
    void soIsTheOneOfIpv6() {
        String zero = "0".repeat(32);
        String gateway = "fd00" + "0".repeat(27) + "1";
        String network = "fd00" + "0".repeat(28);
        List<String> lines =
                List.of(
                        network + " 40 " + zero + " 00 " + zero + " 00000100 0 0 00000001 eth0",
                        zero + " 00 " + zero + " 00 " + gateway + " 00000400 0 0 00000003 eth0",
                        zero + " 00 " + zero + " 00 " + zero + " ffffffff 0 0 00200200 lo");
        assertThat(DefaultGateways.ipv6(lines)).containsExactly(InetAddress.ofLiteral("fd00::1"));
    }
}
