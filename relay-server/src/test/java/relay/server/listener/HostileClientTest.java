package relay.server.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.Connection.Change;
import relay.core.intake.Fixtures;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

class HostileClientTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir Path folder;

    @Test
    void aConnectionThatBreaksAnywhereLeavesNothingBehind() {
        // Given every place where the connection of a good dialogue could break.
        byte[] good =
                """
                EHLO c.example
                MAIL FROM:<a@example.net>
                RCPT TO:<b@bank.example>
                DATA
                x
                .
                """
                        .replace("\n", "\r\n")
                        .getBytes(US_ASCII);
        try (var running = new RunningListener(folder, connector(Duration.ofMinutes(5)))) {
            for (int cut = 0; cut < good.length; cut++) {
                // When it breaks there.
                try (var client = running.connect()) {
                    client.readLine();
                    client.send(Arrays.copyOf(good, cut));
                }
            }

            // Then nothing was stored, and every connection and content is gone.
            await().atMost(SOON).until(() -> running.listener.connections() == 0);
            await().atMost(SOON).until(() -> changes(running, Change.CLOSED) == good.length);
            assertThat(changes(running, Change.OPENED)).isEqualTo(good.length);
            assertThat(running.memory.stored()).isEmpty();
            assertThat(running.memory.open()).isZero();
        }
    }

    @Test
    void aClientThatDoesNotReadItsRepliesIsGivenUp() {
        // Given a client with more to say than it listens.
        try (var running = new RunningListener(folder, connector(Duration.ofMillis(500)));
                var client = running.connect()) {
            client.readLine();

            // When it goes on until we read no more.
            byte[] flood = "EHLO c.example\r\n".repeat(10_000).getBytes(US_ASCII);
            Thread sender = Thread.ofVirtual().start(() -> client.sendUntilClosed(flood));

            // Then its time runs out like that of a silent one.
            await().atMost(SOON).until(() -> running.listener.connections() == 0);
            client.disconnect();
            await().atMost(SOON).until(() -> !sender.isAlive());
        }
    }

    @Test
    void whatIsPipelinedBehindAMessageWaitsForTheStore() {
        // Given a client that has sent its next commands with the end of a message.
        try (var running = new RunningListener(folder, connector(Duration.ofMinutes(5)));
                var client = running.connect()) {
            client.readLine();
            client.ask("HELO c.example");
            client.send("MAIL FROM:<>\r\nRCPT TO:<b@bank.example>\r\nDATA\r\nx\r\n.\r\nNOOP\r\n");

            // Then the replies come in order.
            assertThat(List.of(client.readReply(), client.readReply(), client.readReply()))
                    .containsExactly(
                            "250 2.1.0 Sender ok",
                            "250 2.1.5 Recipient ok",
                            "354 End data with <CR><LF>.<CR><LF>");
            assertThat(client.readReply()).startsWith("250 2.0.0 queued as ");
            assertThat(client.readReply()).isEqualTo("250 2.0.0 Ok");
        }
    }

    private static long changes(RunningListener running, Change change) {
        return running.events.stream()
                .filter(event ->
                        event instanceof RelayEvent.Connection(_, var which, _) && which == change)
                .count();
    }

    private static ReceiveConnector connector(Duration inactivityTimeout) {
        var limits = new Limits(1 << 20, 5, 100, 100, 3, inactivityTimeout);
        return Fixtures.receiveConnector(
                "internal",
                Fixtures.loopback(TlsMode.STARTTLS),
                RequireTls.NO,
                limits,
                "127.0.0.1");
    }
}
