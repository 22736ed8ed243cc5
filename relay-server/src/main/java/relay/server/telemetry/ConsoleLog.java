package relay.server.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// The program's log on standard error, as logback.xml describes it. Open it first and close it
/// last: lines wait for up to 20 ms, and [#close] writes what is left.
public final class ConsoleLog implements AutoCloseable {
    private ConsoleLog() {}

    /// Sends what libraries say through `java.util.logging` the same way.
    public static ConsoleLog open() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        return new ConsoleLog();
    }

    /// Logs nothing from now on but what is wrong with the program itself.
    public static void mute() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext log) {
            log.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
            log.getLogger("relay").setLevel(Level.ERROR);
        }
    }

    /// Writes every line that is still waiting and ends the log. Blocks for at most 5 s.
    @Override
    public void close() {
        SLF4JBridgeHandler.uninstall();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext log) log.stop();
    }
}
