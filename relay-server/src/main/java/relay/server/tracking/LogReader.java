package relay.server.tracking;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.LockSupport;

/// Reads the log as it is at one moment, as often as asked, whether the relay runs or not; writes
/// nothing. Confined to one thread.
///
/// Files that are being written are held open, so that they may grow, be renamed and compressed
/// meanwhile without a record being read twice or not at all.
final class LogReader implements AutoCloseable {
    private static final Duration MOMENT = Duration.ofMillis(200);
    private static final int TRIES = 20;
    private static final byte[] GAP = RecordShape.ascii(LogLine.GAP + "\"");

    private final Path folder;
    private final Instant end;

    /// The segments to read, each with the bytes of it that count.
    private final SequencedMap<Segment, Held> segments = new LinkedHashMap<>();

    private String begins = "";

    /// What a reading yields, in the order of the log. `gap` has every gap record of what is read,
    /// whatever the filter; `damaged` names a place, `2026-11-24.jsonl:17`, and what is wrong there.
    interface Visitor {
        void record(TrackedRecord record);

        void gap(TrackedRecord gap);

        void damaged(String place, String what);
    }

    private sealed interface Held {
        record Growing(FileChannel file, long bytes) implements Held {}

        record Finished() implements Held {}
    }

    private LogReader(Path folder, Instant end) {
        this.folder = folder;
        this.end = end;
    }

    /// Opens what may have records from `start` until `end`.
    static LogReader open(Path folder, Instant start, Instant end) throws IOException {
        for (int i = 1; true; i++) {
            var reader = new LogReader(folder, end);
            try {
                if (reader.hold(start)) return reader;
            } catch (NoSuchFileException e) {
                if (i >= TRIES) throw e;
            }
            reader.close();
            if (i >= TRIES) throw new IOException(folder + " does not hold still");
        }
    }

    /// The time of the first record that is kept; empty where there is none.
    String begins() {
        return begins;
    }

    /// False where a file got its final name meanwhile.
    private boolean hold(Instant start) throws IOException {
        List<Segment> all = parts();
        for (Segment segment : inPeriod(all, start)) {
            if (isElsewhen(segment, start)) continue;
            segments.put(segment, segment.isLive() ? growing(segment) : new Held.Finished());
        }
        if (!names(parts()).equals(names(all))) return false;
        if (!all.isEmpty()) begins = firstTime(all.getFirst());
        return true;
    }

    private static List<Segment> names(List<Segment> parts) {
        return parts.stream().map(Segment::plain).toList();
    }

    /// Each part once: where it is there in both forms, the compressed one is whole.
    private List<Segment> parts() throws IOException {
        List<Segment> all = Segment.all(folder);
        return all.stream()
                .filter(part ->
                        part.form() == Segment.Form.COMPRESSED || !all.contains(part.compressed()))
                .toList();
    }

    /// A record lies in the file of its day or, a moment late, in the next one's. A gap that begins
    /// in the period is told of by the first file after it, however long the relay stood still.
    private List<Segment> inPeriod(List<Segment> all, Instant start) {
        LocalDate first = LiveFile.day(start);
        LocalDate last = LiveFile.day(end).plusDays(1);
        LocalDate next =
                all.stream()
                        .map(Segment::day)
                        .filter(day -> day.isAfter(last))
                        .findFirst()
                        .orElse(last);
        return all.stream()
                .filter(part -> !part.day().isBefore(first) && !part.day().isAfter(next))
                .toList();
    }

    /// Whether a compressed part says that it has nothing of the period.
    private boolean isElsewhen(Segment segment, Instant start) {
        if (segment.form() != Segment.Form.COMPRESSED) return false;
        try {
            Optional<Span> span = Span.read(segment.in(folder));
            String first = RecordShape.time(start);
            return span.isPresent() && !span.get().touches(first, RecordShape.time(end));
        } catch (IOException _) {
            // Whoever reads it is told.
            return false;
        }
    }

    private Held.Growing growing(Segment segment) throws IOException {
        FileChannel file = FileChannel.open(segment.in(folder));
        // A line that is being written this moment will be whole in the next.
        if (!endsWithLineEnd(file)) LockSupport.parkNanos(MOMENT.toNanos());
        return new Held.Growing(file, file.size());
    }

    private static boolean endsWithLineEnd(FileChannel file) throws IOException {
        if (file.size() == 0) return true;
        var last = ByteBuffer.allocate(1);
        return file.read(last, file.size() - 1) == 1 && last.get(0) == '\n';
    }

    private String firstTime(Segment segment) {
        try (var scanner = LineScanner.open(segment.in(folder), Long.MAX_VALUE)) {
            while (scanner.next()) {
                if (scanner.isRecord()) return scanner.time();
            }
        } catch (IOException _) {
            // Whoever reads it is told.
        }
        return "";
    }

    /// Reads it all once. Throws nothing for what cannot be read: the visitor is told.
    void read(RecordFilter filter, Visitor visitor) {
        segments.forEach((segment, held) -> {
            long line = 0;
            try (LineScanner scanner = scanner(segment, held)) {
                while (scanner.next()) {
                    line = scanner.number();
                    visit(scanner, segment, filter, visitor);
                }
            } catch (IOException e) {
                String why = e instanceof NoSuchFileException ? "it was deleted" : e.getMessage();
                visitor.damaged(segment + ":" + (line + 1), "cannot be read any further: " + why);
            }
        });
    }

    private LineScanner scanner(Segment segment, Held held) throws IOException {
        return switch (held) {
            case Held.Growing(var file, var bytes) -> {
                file.position(0);
                yield LineScanner.reading(Channels.newInputStream(file), bytes);
            }
            case Held.Finished _ -> finished(segment);
        };
    }

    private LineScanner finished(Segment segment) throws IOException {
        try {
            return LineScanner.open(segment.in(folder), Long.MAX_VALUE);
        } catch (NoSuchFileException _) {
            // Compressed since.
            return LineScanner.open(segment.compressed().in(folder), Long.MAX_VALUE);
        }
    }

    private void visit(LineScanner scanner, Segment segment, RecordFilter filter, Visitor visitor) {
        int from = scanner.from();
        int to = scanner.to();
        if (from == to) return;
        if (!scanner.isRecord()) {
            visitor.damaged(place(segment, scanner), "not a record, or cut off");
            return;
        }
        byte[] bytes = scanner.bytes();
        boolean gap = RecordShape.isEvent(bytes, from, to, GAP) && !filter.isBefore(bytes, from);
        boolean wanted = filter.mayMatch(bytes, from, to);
        if (!gap && !wanted) return;
        try {
            var record = TrackedRecord.parse(scanner.text());
            if (gap && record.text("from").compareTo(RecordShape.time(end)) < 0) {
                visitor.gap(record);
            }
            if (wanted && filter.matches(record)) visitor.record(record);
        } catch (IllegalArgumentException e) {
            visitor.damaged(place(segment, scanner), "not a record: " + e.getMessage());
        }
    }

    private static String place(Segment segment, LineScanner scanner) {
        return segment + ":" + scanner.number();
    }

    @Override
    public void close() throws IOException {
        var channels = new ArrayList<FileChannel>();
        segments.values()
                .forEach(held -> {
                    if (held instanceof Held.Growing(var file, _)) channels.add(file);
                });
        for (FileChannel channel : channels) channel.close();
    }
}
