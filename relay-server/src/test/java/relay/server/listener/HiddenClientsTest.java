package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.intake.Fixtures;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

class HiddenClientsTest {
    private static final InetAddress GATEWAY = InetAddress.ofLiteral("127.0.0.1");

    @TempDir Path folder;

    @Test
    void clientsUnderManyNamesFromTheGatewayAreAnEvent() {
        // Given a machine whose gateway is where all clients come from.
        var connector =
                Fixtures.receiveConnector(
                        "internal",
                        Fixtures.loopback(TlsMode.STARTTLS),
                        RequireTls.NO,
                        Fixtures.LIMITS,
                        "127.0.0.1");
        try (var running = new RunningListener(folder, Set.of(GATEWAY), store -> store, connector);
                var client = running.connect()) {
            client.readLine();

            // When they have five names.
            for (int i = 1; i <= 5; i++) client.ask("HELO host" + i + ".example");

            // Then that is said.
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> running.events.contains(new RelayEvent.ClientsHidden(GATEWAY, 5)));
            assertThat(running.events)
                    .filteredOn(RelayEvent.ClientsHidden.class::isInstance)
                    .hasSize(1);
        }
    }
}
