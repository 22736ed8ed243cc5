package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.ProtocolLogging;

class ConnectionsTest {
    @TempDir Path temporary;

    @Test
    void aConnectorsConnectionsAreWhatItsEntrySays() throws IOException {
        // Given every key about connections.
        var folder =
                with(
                        """
                            maxConnections: 3
                            maxMessagesPerConnection: 20
                            maxMessagesPerMinute: 600
                            fqdn: Out1.example.net
                            sourceAddresses: ["192.0.2.10", "2001:db8::10"]
                            inactivityTimeout: 10m
                            dnsServers: ["10.0.0.53", "[2001:db8::53]:5353"]
                            protocolLogging: errors
                        """);

        // When they are read, then each is what it says.
        assertThat(folder.accepted().sendConnectors().getFirst().connections())
                .isEqualTo(
                        new ConnectorConnections(
                                3,
                                20,
                                600,
                                new Caller(
                                        "out1.example.net",
                                        List.of(
                                                InetAddress.ofLiteral("192.0.2.10"),
                                                InetAddress.ofLiteral("2001:db8::10")),
                                        Duration.ofMinutes(10),
                                        List.of(
                                                server("10.0.0.53", 53),
                                                server("2001:db8::53", 5353)),
                                        ProtocolLogging.ERRORS)));
    }

    private static InetSocketAddress server(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    @Test
    void dnsServersThatNobodyAsksAreNoted() throws IOException {
        var byAddress = "    dnsServers: [10.0.0.53]\n    smartHosts: [\"[192.0.2.7]\"]\n";
        assertThat(with(byAddress).accepted().notes())
                .singleElement()
                .asString()
                .contains("no smart host is looked up");

        var byName = "    dnsServers: [10.0.0.53]\n    smartHosts: [mx.filter.example]\n";
        assertThat(with(byName).accepted().notes()).isEmpty();
    }

    @Test
    void whatIsLeftOutLimitsNothing() throws IOException {
        assertThat(ConfFolder.in(temporary).accepted().sendConnectors().getFirst().connections())
                .isEqualTo(ConnectorConnections.DEFAULT);
    }

    @Test
    void lessPatienceThanTheStandardWantsIsNoted() throws IOException {
        var notes = with("    inactivityTimeout: 30s\n").accepted().notes();
        assertThat(notes).singleElement().asString().contains("RFC 5321 §4.5.3.2");
    }

    private ConfFolder with(String lines) throws IOException {
        return ConfFolder.in(temporary).connectors(ConfFolder.GOOD_CONNECTORS + lines);
    }
}
