package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.IpRange;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.DialoguePeer;
import relay.core.intake.Fixtures;
import relay.core.intake.IntakeReplies;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

/// A host at 127.0.0.1 that may speak for clients, one at a time, and a connector for those clients,
/// one connection each. What is said is in the dialogues.
class XClientAdmissionTest {
    private static final String GREETING = "220 relay.example.net ESMTP";

    @TempDir Path folder;

    @Test
    void theClientNamedHasItsOwnConnectorAndCounts() {
        try (var running = running();
                var first = running.connect()) {
            // When the host hands on to a client.
            assertThat(first.readLine()).isEqualTo(GREETING);
            assertThat(first.ask("XCLIENT ADDR=192.0.2.7")).isEqualTo(GREETING);
            assertThat(first.sendMessage("x")).startsWith("250 2.0.0");

            // Then the mail came by the client's connector, from the client.
            var envelope = running.memory.stored().getFirst().message().envelope();
            assertThat(envelope.receiveConnector()).isEqualTo("clients");
            assertThat(envelope.client()).isEqualTo(InetAddress.ofLiteral("192.0.2.7"));

            // And the host has room for another connection, but the client has none.
            try (var second = running.connect()) {
                assertThat(second.readLine()).isEqualTo(GREETING);
                second.send("XCLIENT ADDR=192.0.2.7\r\nMAIL FROM:<a@example.net>\r\n");
                assertThat(second.readLine()).startsWith("421 4.7.0 Too many connections");
                assertThat(second.readLine()).isEqualTo(DialoguePeer.CLOSED);
            }
            assertThat(running.events)
                    .filteredOn(RelayEvent.LimitReached.class::isInstance)
                    .singleElement()
                    .extracting(event -> ((RelayEvent.LimitReached) event).limit())
                    .isEqualTo(Limit.CONNECTIONS_PER_SOURCE);

            // And when the client's connection has ended it has room again, and so has the host.
            first.ask("QUIT");
            first.disconnect();
            await().atMost(Duration.ofSeconds(10)).until(() -> handOn(running).equals(GREETING));
            await().atMost(Duration.ofSeconds(10)).until(() -> handOn(running).equals(GREETING));
        }
    }

    @Test
    void aClientWithoutAConnectorIsAStranger() {
        try (var running = running();
                var client = running.connect()) {
            // When the host hands on to somebody who is in no range.
            client.readLine();
            assertThat(client.ask("XCLIENT ADDR=198.51.100.9"))
                    .isEqualTo("554 5.7.1 Access denied");

            // Then the connection ends, and the stranger is an event.
            assertThat(client.readLine()).isEqualTo(DialoguePeer.CLOSED);
            assertThat(running.events)
                    .contains(
                            new RelayEvent.Rejected(
                                    InetAddress.ofLiteral("198.51.100.9"),
                                    IntakeReplies.ACCESS_DENIED));
        }
    }

    @Test
    void aClientMayNotSpeakForOthersBecauseItsHostMayHandItOn() {
        // Given a list that has the client's range, on the client's connector alone.
        Binding binding = Fixtures.loopback(TlsMode.STARTTLS);
        try (var running =
                        new RunningListener(
                                folder,
                                connector("hosts", binding, 100, "127.0.0.1", List.of()),
                                connector(
                                        "clients",
                                        binding,
                                        1,
                                        "192.0.2.0/28",
                                        List.of(IpRange.parse("127.0.0.1").orElseThrow())));
                var client = running.connect()) {
            // When the host speaks for it, then the host's own connector decides.
            client.readLine();
            assertThat(client.ask("XCLIENT ADDR=192.0.2.7")).startsWith("550 5.7.0");
        }
    }

    private static String handOn(RunningListener running) {
        try (var client = running.connect()) {
            String greeting = client.readLine();
            return greeting.equals(GREETING) ? client.ask("XCLIENT ADDR=192.0.2.7") : greeting;
        }
    }

    private RunningListener running() {
        Binding binding = Fixtures.loopback(TlsMode.STARTTLS);
        List<IpRange> hosts = List.of(IpRange.parse("127.0.0.1").orElseThrow());
        return new RunningListener(
                folder,
                connector("hosts", binding, 1, "127.0.0.1", hosts),
                connector("clients", binding, 1, "192.0.2.0/28", List.of()));
    }

    private static ReceiveConnector connector(
            String name, Binding binding, int maxPerSource, String range, List<IpRange> xclients) {
        Limits usual = Fixtures.LIMITS;
        var limits =
                new Limits(
                        usual.maxMessageSizeBytes(),
                        usual.maxRecipientsPerMessage(),
                        usual.maxConnections(),
                        maxPerSource,
                        usual.maxHopCount(),
                        usual.inactivityTimeout(),
                        usual.conduct());
        return new ReceiveConnector(
                name,
                Fixtures.ORIGIN,
                List.of(binding),
                List.of(IpRange.parse(range).orElseThrow()),
                RequireTls.NO,
                Authentication.NONE,
                limits,
                ClientCertificates.NOT_ASKED,
                List.of(),
                xclients,
                BareLineFeed.REJECT);
    }
}
