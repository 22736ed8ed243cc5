package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OneLineLayoutTest {
    private final OneLineLayout layout = new OneLineLayout();

    @Test
    void aLineHasTimeLevelLoggerAndMessage() {
        // Given an event of the mail log.
        var event = event("relay.mail", Level.INFO, "queue=1 status=sent", null);

        // When it is laid out.
        String line = layout.doLayout(event);

        // Then it reads as documented.
        assertThat(line).isEqualTo("2026-11-23T12:00:00.123Z INFO  mail queue=1 status=sent\n");
    }

    @Test
    void aLibrarysMessageAndItsStackTraceStayOnOneLine() {
        // Given a message and an exception that carry line ends and escapes.
        var thrown =
                new IllegalStateException("bad\nfaked line", new RuntimeException("\u001b[2J"));
        var event = event("io.netty.X", Level.ERROR, "first\r\nsecond", thrown);

        // When they are laid out.
        String line = layout.doLayout(event);

        // Then there is one line end, the last character, and the cause is there.
        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
        assertThat(line)
                .startsWith("2026-11-23T12:00:00.123Z ERROR X first\\r\\nsecond | java.lang.")
                .contains(" | Caused by: java.lang.RuntimeException: \\x{1b}[2J");
    }

    private static LoggingEvent event(
            String logger, Level level, String message, @Nullable Throwable thrown) {
        var event =
                new LoggingEvent(
                        "caller",
                        new LoggerContext().getLogger(logger),
                        level,
                        message,
                        thrown,
                        null);
        event.setInstant(Instant.parse("2026-11-23T12:00:00.123Z"));
        return event;
    }
}
