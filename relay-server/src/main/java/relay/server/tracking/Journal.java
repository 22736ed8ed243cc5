package relay.server.tracking;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import relay.core.event.EventSink;

/// A log in files by day. Any thread hands things to it: that costs one place in a bounded queue,
/// and nobody waits. The thread `NAME-writer` writes them within a tenth of a second. Where the
/// disk fails it goes on trying while the queue fills; what then does not fit is counted, and when
/// the disk is back a `GAP` line says how many are missing, of what time.
final class Journal<T> implements AutoCloseable {
    /// How long [#close] tries to write what is waiting.
    static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final ArrayBlockingQueue<T> waiting;
    private final Losses losses = new Losses();
    private final LogLines<T> lines;
    private final LogWriter<T> writer;
    private final Thread thread;

    /// `troubles` hears where it cannot be written.
    Journal(
            String name,
            Path folder,
            TrackingLimits limits,
            LogLines<T> lines,
            InstantSource clock,
            EventSink troubles) {
        this.lines = lines;
        waiting = new ArrayBlockingQueue<>(limits.waiting());
        writer = new LogWriter<>(name, folder, limits, waiting, losses, lines, clock, troubles);
        thread = Thread.ofPlatform().name(name + "-writer").daemon(true).unstarted(writer);
    }

    /// Begins to write: once.
    void start() {
        thread.start();
    }

    void add(T heard) {
        if (!waiting.offer(heard)) losses.add(1, lines.timeOf(heard));
    }

    /// How many could not be kept since the start.
    long lost() {
        return losses.total();
    }

    /// Writes what is waiting, to the disk itself, and ends. Close it when nothing happens any more.
    /// Blocks for twice [#CLOSE_PATIENCE] at the most.
    @Override
    public void close() {
        if (thread.getState() == Thread.State.NEW) return;
        writer.finishWithin(CLOSE_PATIENCE);
        try {
            thread.join(CLOSE_PATIENCE.multipliedBy(2));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
