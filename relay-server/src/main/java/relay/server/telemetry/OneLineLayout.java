package relay.server.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import java.time.ZoneOffset;

/// `2026-11-23T12:00:00.123Z INFO  mail queue=…`: the time in UTC, the level, the last part of the
/// logger's name, the message. Always one line, whatever a library puts into its message; a stack
/// trace is folded behind ` | `, the first 12 frames of each exception. Any thread.
public final class OneLineLayout extends LayoutBase<ILoggingEvent> {
    private static final int MAX_FRAMES = 12;

    private final CachingDateFormatter time =
            new CachingDateFormatter("yyyy-MM-dd'T'HH:mm:ss.SSSX", ZoneOffset.UTC);

    @Override
    public String doLayout(ILoggingEvent event) {
        String message = event.getFormattedMessage();
        var line = new StringBuilder(message.length() + 64);
        line.append(time.format(event.getTimeStamp())).append(' ');
        String level = event.getLevel().toString();
        line.append(level).repeat(' ', Math.max(1, 6 - level.length()));
        String logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(' ');
        LogLine.appendPrintable(line, message);
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) trace(line, ThrowableProxyUtil.asString(thrown));
        return line.append('\n').toString();
    }

    private static void trace(StringBuilder line, String trace) {
        int frames = 0;
        for (String part : trace.lines().map(String::strip).toList()) {
            frames = part.startsWith("at ") ? frames + 1 : 0;
            if (part.isEmpty() || frames > MAX_FRAMES) continue;
            line.append(" | ");
            LogLine.appendPrintable(line, part);
        }
    }
}
