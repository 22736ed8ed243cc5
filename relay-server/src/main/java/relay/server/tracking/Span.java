package relay.server.tracking;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// From when to when the records of a part are, gaps that they tell of included: the earliest and the
/// latest time, whatever their order, as [RecordShape#time] writes them.
///
/// A compressed part says so in the comment of a gzip member of its own that holds nothing (RFC 1952
/// §2.3), before the one with the records, so that a question about another time need not read it.
record Span(String from, String to) {
    /// Magic number, deflate, a comment follows; no time, no hints, no system.
    private static final byte[] HEAD = {0x1f, (byte) 0x8b, 8, 0x10, 0, 0, 0, 0, 0, (byte) 0xff};

    /// The end of the comment; deflate's empty block; checksum and length of no bytes.
    private static final byte[] TAIL = {0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private static final Pattern COMMENT = Pattern.compile("from (\\S{24}) to (\\S{24})");
    private static final int COMMENT_LENGTH = 57;
    private static final byte[] GAP = RecordShape.ascii(LogLine.GAP + "\"");

    /// That of a plain part. Empty where it has no record, or a line that is none.
    static Optional<Span> ofLines(Path plain) throws IOException {
        Optional<Span> span = Optional.empty();
        try (var scanner = LineScanner.open(plain, Long.MAX_VALUE)) {
            while (scanner.next()) {
                if (!scanner.isRecord()) return Optional.empty();
                Span line = new Span(begin(scanner), scanner.time());
                span = Optional.of(span.map(before -> before.with(line)).orElse(line));
            }
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        return span;
    }

    private static String begin(LineScanner scanner) {
        boolean gap = RecordShape.isEvent(scanner.bytes(), scanner.from(), scanner.to(), GAP);
        return gap ? TrackedRecord.parse(scanner.text()).text("from") : scanner.time();
    }

    private Span with(Span other) {
        return new Span(
                from.compareTo(other.from) < 0 ? from : other.from,
                to.compareTo(other.to) > 0 ? to : other.to);
    }

    /// Whether there may be something from `start` until before `end`.
    boolean touches(String start, String end) {
        return from.compareTo(end) < 0 && to.compareTo(start) >= 0;
    }

    void write(OutputStream out) throws IOException {
        out.write(HEAD);
        out.write(RecordShape.ascii("from " + from + " to " + to));
        out.write(TAIL);
    }

    /// What a compressed part says; empty where it says nothing, as those of older relays.
    static Optional<Span> read(Path compressed) throws IOException {
        try (InputStream in = Files.newInputStream(compressed)) {
            byte[] head = in.readNBytes(HEAD.length);
            if (!Arrays.equals(head, HEAD)) return Optional.empty();
            var comment = new String(in.readNBytes(COMMENT_LENGTH), StandardCharsets.US_ASCII);
            Matcher span = COMMENT.matcher(comment);
            return span.matches()
                    ? Optional.of(new Span(span.group(1), span.group(2)))
                    : Optional.empty();
        }
    }
}
