package relay.server.telemetry;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;

/// Writes one line for each event: `queue=… to=… relay=… lane=… tls=… status=…`. Refusals that a
/// client brings about again and again are one line a minute, with `times=…`, which comes with the
/// next event after that minute.
///
/// Any thread. It waits only while the log's buffer is full, since a line is never dropped.
public final class LogEvents implements EventSink {
    /// The logger, which prints as `mail`.
    public static final String LOGGER = "relay.mail";

    private final Logger log;
    private final RepeatedRefusals refusals;

    public LogEvents() {
        this(LoggerFactory.getLogger(LOGGER), System::nanoTime);
    }

    LogEvents(Logger log, LongSupplier nanos) {
        this.log = log;
        this.refusals = new RepeatedRefusals(nanos);
    }

    @Override
    public void on(RelayEvent event) {
        for (RepeatedRefusals.Repeated repeated : refusals.over()) {
            write(repeated.last(), " times=" + repeated.times());
        }
        if (refusals.isFirst(event)) write(event, "");
    }

    private void write(RelayEvent event, String more) {
        Level level = EventLines.level(event);
        if (!log.isEnabledForLevel(level)) return;
        String line = EventLines.line(event) + more;
        switch (level) {
            case ERROR -> log.error(line);
            case WARN -> log.warn(line);
            case INFO -> log.info(line);
            case DEBUG -> log.debug(line);
            case TRACE -> log.trace(line);
        }
    }
}
