package relay.server.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Writes lines on standard error, many in one system call: the thread `log-writer` looks fifty
/// times a second, so that nobody who logs has to wake it. An error is written at once.
///
/// Any thread may log; it waits only while [#LINES] lines are waiting, since a line is never
/// dropped. [#stop] writes what is left, for at most [#PATIENCE]. A JVM that is killed takes up to
/// 20 ms of lines with it.
public final class BatchAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final int LINES = 8192;
    private static final int BATCH = 512;
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final BlockingQueue<ILoggingEvent> waiting = new ArrayBlockingQueue<>(LINES);
    private final @Nullable OutputStream target;
    private final Thread writer =
            Thread.ofPlatform().name("log-writer").daemon().unstarted(this::write);
    private @Nullable Layout<ILoggingEvent> layout;
    private volatile boolean closing;

    /// As logback.xml makes it: on standard error.
    public BatchAppender() {
        target = null;
    }

    BatchAppender(OutputStream target) {
        this.target = target;
    }

    /// How a line looks, its end included. To be called before [#start].
    public void setLayout(Layout<ILoggingEvent> layout) {
        this.layout = layout;
    }

    @Override
    public void start() {
        Objects.requireNonNull(layout, "a layout");
        super.start();
        writer.start();
    }

    @Override
    public void stop() {
        if (!isStarted()) return;
        super.stop();
        closing = true;
        LockSupport.unpark(writer);
        try {
            writer.join(PATIENCE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing();
        if (!waiting.offer(event)) waitFor(event);
        if (event.getLevel().isGreaterOrEqual(Level.ERROR)) LockSupport.unpark(writer);
    }

    private void waitFor(ILoggingEvent event) {
        LockSupport.unpark(writer);
        try {
            waiting.put(event);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            addWarn("interrupted; a line was not written: " + event.getFormattedMessage());
        }
    }

    private void write() {
        var batch = new ArrayList<ILoggingEvent>(BATCH);
        boolean last = false;
        while (!last || !waiting.isEmpty()) {
            // Asked before the queue is: nothing is handed over after the stop.
            last = closing;
            int taken = waiting.drainTo(batch, BATCH);
            if (taken > 0) write(batch);
            batch.clear();
            if (!last && taken < BATCH) LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private void write(List<ILoggingEvent> batch) {
        var lines = new StringBuilder(batch.size() * 256);
        for (ILoggingEvent event : batch) lines.append(line(event));
        byte[] octets = lines.toString().getBytes(StandardCharsets.UTF_8);
        try {
            // Asked for each time: a program that replaces standard error means it.
            OutputStream out = target == null ? System.err : target;
            out.write(octets);
            out.flush();
        } catch (Exception e) {
            addError("lines could not be written", e);
        }
    }

    private String line(ILoggingEvent event) {
        try {
            return Objects.requireNonNull(layout).doLayout(event);
        } catch (RuntimeException e) {
            addError("a line could not be made", e);
            return "";
        }
    }
}
