package relay.server.tracking;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import relay.core.delivery.TranscriptLine;
import relay.core.delivery.TranscriptSink;
import relay.core.event.EventSink;

/// Keeps transcripts of the dialogues with partners, where a connector wants them, in files by day.
/// Any thread; as a [Journal], it keeps nobody waiting. There is neither a folder nor a thread
/// before the first line.
public final class ProtocolLog implements TranscriptSink, AutoCloseable {
    /// The log's folder, in the data folder.
    public static final String FOLDER = "protocol";

    private final Journal<TranscriptLine> journal;
    private final AtomicBoolean begun = new AtomicBoolean();

    ProtocolLog(Path folder, TrackingLimits limits, InstantSource clock, EventSink troubles) {
        journal = new Journal<>("protocol", folder, limits, new Lines(), clock, troubles);
    }

    /// Keeps [#FOLDER] of `dataFolder` within the bounds. A log that cannot be written is told to
    /// `troubles`, once.
    public static ProtocolLog in(
            Path dataFolder,
            Duration maxAge,
            long maxSizeBytes,
            InstantSource clock,
            EventSink troubles) {
        var limits = TrackingLimits.of(maxAge, maxSizeBytes);
        return new ProtocolLog(dataFolder.resolve(FOLDER), limits, clock, troubles);
    }

    @Override
    public void write(List<TranscriptLine> lines) {
        if (begun.compareAndSet(false, true)) journal.start();
        lines.forEach(journal::add);
    }

    /// Writes what is waiting and ends. Close it when no connection is left.
    @Override
    public void close() {
        journal.close();
    }

    private record Lines() implements LogLines<TranscriptLine> {
        @Override
        public Instant timeOf(TranscriptLine heard) {
            return heard.time();
        }

        @Override
        public List<byte[]> of(TranscriptLine heard) {
            byte[] line =
                    LogLine.of(
                            heard.time(),
                            heard.kind().sign(),
                            json -> {
                                json.writeStringProperty("connector", heard.connector());
                                json.writeStringProperty("session", heard.session());
                                json.writeStringProperty("host", heard.host());
                                json.writeStringProperty("text", heard.text());
                            });
            return List.of(line);
        }
    }
}
