package relay.server.tracking;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;

/// Keeps a record of what happens to every message, in files by day that [LogReader] reads.
///
/// Any thread: an event costs one place in a bounded queue, and nobody waits. The thread
/// `tracking-writer` makes records of them and writes them within a tenth of a second. Where the
/// disk fails it goes on trying while the queue fills; what then does not fit is counted, and when
/// the disk is back a `GAP` record says how many records are missing, of what time.
public final class TrackingLog implements EventSink, AutoCloseable {
    /// The log's folder, in the data folder.
    public static final String FOLDER = "tracking";

    /// How long [#close] tries to write what is waiting.
    static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final ArrayBlockingQueue<Heard> waiting;
    private final Losses losses = new Losses();
    private final InstantSource clock;
    private final TrackingWriter writer;
    private final Thread thread;

    TrackingLog(Path folder, TrackingLimits limits, InstantSource clock, EventSink troubles) {
        this.clock = clock;
        waiting = new ArrayBlockingQueue<>(limits.waiting());
        writer = new TrackingWriter(folder, limits, waiting, losses, clock, troubles);
        thread = Thread.ofPlatform().name("tracking-writer").daemon(true).unstarted(writer);
    }

    /// Keeps [#FOLDER] of `dataFolder` within the bounds. A log that cannot be written is told to
    /// `troubles` and keeps nobody from relaying mail.
    public static TrackingLog in(
            Path dataFolder,
            Duration maxAge,
            long maxSizeBytes,
            InstantSource clock,
            EventSink troubles) {
        return new TrackingLog(
                dataFolder.resolve(FOLDER),
                TrackingLimits.of(maxAge, maxSizeBytes),
                clock,
                troubles);
    }

    /// Begins to write: once, and when nobody else writes into the data folder. What is heard before
    /// waits.
    public void start() {
        thread.start();
    }

    @Override
    public void on(RelayEvent event) {
        if (!RecordLines.isTracked(event)) return;
        Instant now = clock.instant();
        if (!waiting.offer(new Heard(now, event))) losses.add(1, now);
    }

    /// How many records could not be kept since the start.
    public long lost() {
        return losses.total();
    }

    /// Writes what is waiting, to the disk itself, and ends. Close it when nothing happens any more.
    /// Blocks for [#CLOSE_PATIENCE] at the most.
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
