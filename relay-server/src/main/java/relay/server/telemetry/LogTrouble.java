package relay.server.telemetry;

import ch.qos.logback.core.status.OnPrintStreamStatusListenerBase;
import ch.qos.logback.core.status.Status;
import java.io.PrintStream;

/// Says on standard error what is wrong with the log itself, and nothing when all is well.
/// Logback's own way prints to standard output, which is for data.
public final class LogTrouble extends OnPrintStreamStatusListenerBase {
    /// Without what was said before it came, which passes by the level.
    public LogTrouble() {
        setRetrospective(0);
    }

    @Override
    public void addStatusEvent(Status status) {
        if (status.getEffectiveLevel() >= Status.WARN) super.addStatusEvent(status);
    }

    @Override
    protected PrintStream getPrintStream() {
        return System.err;
    }
}
