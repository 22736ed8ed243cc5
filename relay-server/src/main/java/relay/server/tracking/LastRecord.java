package relay.server.tracking;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// Where the log ended: the time of the last record of a segment, and whether it says `STOP`. Of a
/// segment that has no whole record, or cannot be read, nothing is known since its day began.
record LastRecord(Instant time, boolean isStop) {

    /// Empty where the segment is.
    static Optional<LastRecord> of(Segment segment, Path folder) {
        byte[] stop = RecordShape.ascii(LogLine.STOP + "\"");
        String time = "";
        boolean stopped = false;
        boolean any = false;
        try (var scanner = LineScanner.open(segment.in(folder), Long.MAX_VALUE)) {
            while (scanner.next()) {
                any = true;
                stopped = false;
                if (!scanner.isRecord()) continue;
                time = scanner.time();
                stopped = RecordShape.isEvent(scanner.bytes(), scanner.from(), scanner.to(), stop);
            }
        } catch (IOException _) {
            any = true;
            stopped = false;
        }
        if (!any) return Optional.empty();
        return Optional.of(new LastRecord(parse(time, segment), stopped));
    }

    private static Instant parse(String time, Segment segment) {
        try {
            return Instant.parse(time);
        } catch (DateTimeParseException _) {
            return segment.day().atStartOfDay(ZoneOffset.UTC).toInstant();
        }
    }
}
