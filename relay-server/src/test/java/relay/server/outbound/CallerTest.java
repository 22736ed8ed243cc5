package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.QueueEntry;
import relay.core.routing.ConnectorConnections.Caller;
import relay.server.outbound.ScriptedPartner.Script;

/// What a host sees of us, where the connector says so.
class CallerTest {
    @Test
    void theHostHearsTheConnectorsNameFromTheConnectorsAddress() {
        // Given a connector with a name and an address of its own.
        var caller =
                new Caller(
                        "out1.example.net",
                        List.of(InetAddress.ofLiteral("127.0.0.9")),
                        Duration.ofMinutes(1));
        var heard = new ArrayList<String>();
        Script script =
                wire -> {
                    heard.add(wire.peer());
                    wire.say("220 hi");
                    heard.add(wire.hear());
                    wire.say("250 HELP");
                    wire.answer("MAIL FROM:", "250 ok");
                    wire.answer("RCPT TO:", "250 ok");
                    wire.answer("DATA", "354 go");
                    wire.hearContent();
                    wire.say("250 queued");
                    wire.quit();
                };

        // When mail goes by it.
        try (var outbound = outbound();
                var partner = ScriptedPartner.start(script)) {
            QueueEntry entry = outbound.message("one\r\n".getBytes(US_ASCII), "b");
            var result = outbound.deliver(as(caller, partner.port()));

            // Then the host has heard both.
            assertThat(heard).containsExactly("127.0.0.9", "EHLO out1.example.net");
            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
        }
    }

    @Test
    void noWaitIsLongerThanTheConnectorAllows() {
        // Given a host that says nothing, and a connector with little patience.
        var caller = new Caller("", List.of(), Duration.ofMillis(200));
        try (var outbound = outbound();
                var partner = ScriptedPartner.start(wire -> wire.listenUntilClosed())) {
            outbound.message("one\r\n".getBytes(US_ASCII), "b");

            // When mail goes by it, then it is given up long before the five minutes of RFC 5321.
            var result = outbound.deliver(as(caller, partner.port()));
            assertThat(result.end()).isInstanceOf(NotServed.class);
        }
    }

    @Test
    void anAddressThatIsNotOursIsSaidToBeTheTrouble() {
        var caller =
                new Caller(
                        "", List.of(InetAddress.ofLiteral("192.0.2.10")), Duration.ofSeconds(10));
        try (var outbound = outbound();
                var partner = ScriptedPartner.start(wire -> wire.say("220 hi"))) {
            outbound.message("one\r\n".getBytes(US_ASCII), "b");
            var result = outbound.deliver(as(caller, partner.port()));
            assertThat(result.end())
                    .isInstanceOfSatisfying(
                            NotServed.class,
                            end ->
                                    assertThat(end.why().text())
                                            .containsIgnoringCase("assign requested address"));
        }
    }

    private static Outbound outbound() {
        return new Outbound(
                new TrustRoots(Set.of()), DialogueTimeouts.DEFAULT, new Outbound.InMemory());
    }

    private static HostPlan as(Caller caller, int port) {
        HostPlan plain = Outbound.host(port);
        return new HostPlan(
                plain.hostName(),
                plain.address(),
                plain.port(),
                plain.tlsMode(),
                plain.demands(),
                plain.tested(),
                plain.plaintextFallback(),
                plain.identity(),
                plain.offer(),
                caller,
                "");
    }
}
