package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent.LimitReached;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.BackPressure.Resource;
import relay.core.intake.BackPressure.Use;
import relay.core.intake.DialoguePeer;
import relay.core.intake.Fixtures;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Conduct;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

/// The limits of conduct that need a clock or a socket; the dialogues have the others.
class ConductTest {
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir Path folder;

    @Test
    void aClientThatKeepsFailingIsHeardLaterEachTime() {
        // Given a pause of 50 ms after the fifth error in a row, and after each further one.
        try (var running = new RunningListener(folder, connector(Duration.ofMillis(50), LONG, 99));
                var client = running.connect()) {
            client.readLine();

            // When a client makes ten errors, all in one packet.
            long before = System.nanoTime();
            client.send("WHAT\r\n".repeat(10) + "NOOP\r\n");
            for (int i = 0; i < 10; i++) assertThat(client.readLine()).startsWith("500 5.5.2");

            // Then it has waited after five of them before the last, and is still heard.
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isGreaterThan(Duration.ofMillis(249));
            assertThat(client.readLine()).isEqualTo("250 2.0.0 Ok");
        }
    }

    @Test
    void aConnectionEndsInTime() {
        // Given connections that may last 100 ms.
        try (var running =
                        new RunningListener(
                                folder,
                                connector(Duration.ofMillis(1), Duration.ofMillis(100), 99));
                var idle = running.connect();
                var busy = running.connect()) {
            idle.readLine();

            // When one client does nothing, and another is at its message.
            String envelope = "MAIL FROM:<a@example.net>\r\nRCPT TO:<b@bank.example>\r\n";
            busy.send("HELO x.example\r\n" + envelope + "DATA\r\n");

            // Then the first hears the end at once, the second when twice the time is over.
            String end = "421 4.4.2 Connected for long enough, connect again";
            assertThat(idle.readLine()).isEqualTo(end);
            assertThat(idle.readLine()).isEqualTo(DialoguePeer.CLOSED);
            assertThat(busy.drainUntilClosed()).contains("354 ").endsWith(end + "\r\n");
            assertThat(limits(running)).containsOnly(Limit.CONNECTION_TIME);
            assertThat(running.memory.stored()).isEmpty();
        }
    }

    @Test
    void aSourceThatSendsTooFastIsToldOnEveryConnection() {
        // Given one message a minute.
        try (var running = new RunningListener(folder, connector(Duration.ofMillis(1), LONG, 1));
                var first = running.connect();
                var second = running.connect()) {
            first.readLine();
            assertThat(first.sendMessage("x")).startsWith("250 2.0.0");

            // When another comes from the same address, then it is refused for now.
            second.readLine();
            second.ask("EHLO client.example.org");
            assertThat(second.ask("MAIL FROM:<a@example.net>"))
                    .isEqualTo("451 4.7.1 Too many messages from your address, try again later");
            assertThat(second.ask("QUIT")).startsWith("221");
            assertThat(limits(running)).containsExactly(Limit.MESSAGE_RATE);
        }
    }

    @Test
    void whenTheRelayIsShortOfSomethingMailIsFirstSlowAndThenRefused() {
        try (var running = new RunningListener(folder, connector(Duration.ofMillis(1), LONG, 99));
                var client = running.connect()) {
            client.readLine();
            client.ask("EHLO client.example.org");

            // Given a disk that is nearly full, then what follows MAIL waits for a second.
            running.pressure.update(List.of(new Use(Resource.DISK, 0.9)));
            long before = System.nanoTime();
            assertThat(client.ask("MAIL FROM:<a@example.net>")).isEqualTo("250 2.1.0 Sender ok");
            assertThat(client.ask("RSET")).isEqualTo("250 2.0.0 Ok");
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isGreaterThan(Duration.ofMillis(900));

            // And when it is full, mail is refused for now, and taken again when there is room.
            running.pressure.update(List.of(new Use(Resource.DISK, 1)));
            assertThat(client.ask("MAIL FROM:<a@example.net>"))
                    .isEqualTo("452 4.3.1 Short of disk space, try again later");
            running.pressure.update(List.of(new Use(Resource.DISK, 0.1)));
            assertThat(client.sendMessage("x")).startsWith("250 2.0.0");
            assertThat(limits(running)).containsExactly(Limit.PRESSURE);
        }
    }

    private static List<Limit> limits(RunningListener running) {
        return running.events.stream()
                .filter(LimitReached.class::isInstance)
                .map(event -> ((LimitReached) event).limit())
                .toList();
    }

    private static ReceiveConnector connector(
            Duration tarpit, Duration connectionTimeout, int messagesPerMinute) {
        var conduct =
                new Conduct(100, 20, tarpit, connectionTimeout, 100, messagesPerMinute, 9999, 9999);
        return Fixtures.receiveConnector(
                "internal",
                Fixtures.loopback(TlsMode.STARTTLS),
                RequireTls.NO,
                Fixtures.limits(Duration.ofMinutes(5), conduct),
                "127.0.0.1");
    }
}
