package relay.server.tracking;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;

/// Keeps a record of what happens to every message, in files by day that [LogReader] reads. Any
/// thread; as a [Journal], it keeps nobody waiting.
public final class TrackingLog implements EventSink, AutoCloseable {
    /// The log's folder, in the data folder.
    public static final String FOLDER = "tracking";

    private final InstantSource clock;
    private final Journal<Heard> journal;

    TrackingLog(Path folder, TrackingLimits limits, InstantSource clock, EventSink troubles) {
        this.clock = clock;
        journal = new Journal<>("tracking", folder, limits, new RecordLines(), clock, troubles);
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
        journal.start();
    }

    @Override
    public void on(RelayEvent event) {
        if (RecordLines.isTracked(event)) journal.add(new Heard(clock.instant(), event));
    }

    /// How many records could not be kept since the start.
    public long lost() {
        return journal.lost();
    }

    /// Writes what is waiting, to the disk itself, and ends. Close it when nothing happens any more.
    @Override
    public void close() {
        journal.close();
    }
}
