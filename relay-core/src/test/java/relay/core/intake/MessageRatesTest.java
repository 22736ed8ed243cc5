package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.MessageGate.Verdict;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Conduct;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

class MessageRatesTest {
    private static final Verdict SHUT =
            new Verdict.Shut(Limit.MESSAGE_RATE, IntakeReplies.TOO_FAST);
    private static final Verdict OPEN = new Verdict.Open();

    private Instant now = Instant.parse("2026-11-23T12:00:00Z");
    private final MessageRates rates = new MessageRates(() -> now);

    @Test
    void aSourceHasTheMessagesOfOneMinuteAtOnceAndThenThoseThatItEarns() {
        // Given a limit of 6 messages a minute.
        ReceiveConnector six = connector("six", 6);

        // When a source uses them up, then the next is refused, and another source's is not.
        for (int i = 0; i < 6; i++) assertThat(rates.ask(six, source(1))).isEqualTo(OPEN);
        assertThat(rates.ask(six, source(1))).isEqualTo(SHUT);
        assertThat(rates.ask(six, source(2))).isEqualTo(OPEN);
        assertThat(rates.ask(connector("other", 6), source(1))).isEqualTo(OPEN);

        // And every ten seconds it has one more, refused ones not counted, up to six.
        now = now.plusSeconds(10);
        assertThat(rates.ask(six, source(1))).isEqualTo(OPEN);
        assertThat(rates.ask(six, source(1))).isEqualTo(SHUT);
        now = now.plus(Duration.ofDays(1));
        for (int i = 0; i < 6; i++) assertThat(rates.ask(six, source(1))).isEqualTo(OPEN);
        assertThat(rates.ask(six, source(1))).isEqualTo(SHUT);

        // And a clock that is set back earns nothing and takes nothing.
        now = now.minus(Duration.ofHours(1));
        assertThat(rates.ask(six, source(1))).isEqualTo(SHUT);
    }

    @Test
    void withoutALimitNobodyIsRemembered() {
        // Given no limit.
        ReceiveConnector free = connector("free", Conduct.NO_LIMIT);

        // Then everything is let through, and costs no memory.
        for (int i = 0; i < 1000; i++) assertThat(rates.ask(free, source(i))).isEqualTo(OPEN);
        assertThat(rates.sources()).isZero();
    }

    @Test
    void noMoreSourcesAreRememberedThanThereIsRoomFor() {
        // Given a source that has used up its message.
        ReceiveConnector one = connector("one", 1);
        rates.ask(one, source(0));

        // When so many others come that it stays among the latest, then it is not forgotten.
        for (int i = 1; i < 2 * MessageRates.MAX_SOURCES; i++) {
            rates.ask(one, source(i));
            if (i % 1000 == 0) assertThat(rates.ask(one, source(0))).isEqualTo(SHUT);
        }

        // And what is remembered is bounded.
        assertThat(rates.sources()).isEqualTo(MessageRates.MAX_SOURCES);
    }

    private static InetAddress source(int number) {
        return InetAddress.ofLiteral("10.0." + number / 256 + "." + number % 256);
    }

    private static ReceiveConnector connector(String name, int perMinute) {
        Conduct usual = Fixtures.CONDUCT;
        var conduct =
                new Conduct(
                        usual.maxCommands(),
                        usual.maxProtocolErrors(),
                        usual.tarpitInterval(),
                        usual.connectionTimeout(),
                        usual.maxMessages(),
                        perMinute,
                        usual.maxHeaderSizeBytes(),
                        usual.maxLineBytes());
        return Fixtures.receiveConnector(
                name,
                Fixtures.loopback(TlsMode.STARTTLS),
                RequireTls.NO,
                Fixtures.limits(Duration.ofMinutes(5), conduct),
                "10.0.0.0/16");
    }
}
