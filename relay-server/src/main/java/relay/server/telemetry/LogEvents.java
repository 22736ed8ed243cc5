package relay.server.telemetry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;

/// Writes one line for each event: `queue=… to=… relay=… lane=… tls=… status=…`.
///
/// Any thread. It waits only while the log's buffer is full, since a line is never dropped.
public final class LogEvents implements EventSink {
    /// The logger, which prints as `mail`.
    public static final String LOGGER = "relay.mail";

    private final Logger log;

    public LogEvents() {
        this(LoggerFactory.getLogger(LOGGER));
    }

    LogEvents(Logger log) {
        this.log = log;
    }

    @Override
    public void on(RelayEvent event) {
        Level level = EventLines.level(event);
        if (!log.isEnabledForLevel(level)) return;
        String line = EventLines.line(event);
        switch (level) {
            case ERROR -> log.error(line);
            case WARN -> log.warn(line);
            case INFO -> log.info(line);
            case DEBUG -> log.debug(line);
            case TRACE -> log.trace(line);
        }
    }
}
