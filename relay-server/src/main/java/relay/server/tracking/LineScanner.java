package relay.server.tracking;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// Goes through the lines of one file of the log, compressed or not. The bytes of a line are those
/// of a buffer, and good until the next one is asked for. Confined to one thread.
final class LineScanner implements AutoCloseable {
    /// A record is never longer; a line that is, is damaged.
    static final int MAX_LINE_BYTES = 4 << 20;

    private static final int BUFFER_BYTES = 256 << 10;

    private final InputStream in;
    private long remaining;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private int next;
    private int filled;
    private long number;
    private boolean ended;
    private boolean terminated;

    private LineScanner(InputStream in, long limitBytes) {
        this.in = in;
        remaining = limitBytes;
    }

    /// Reads at most `limitBytes` of the file, for one that grows.
    static LineScanner open(Path file, long limitBytes) throws IOException {
        return of(Files.newInputStream(file), file.toString().endsWith(".gz"), limitBytes);
    }

    /// The first `limitBytes` of a file that somebody else holds open, uncompressed.
    static LineScanner reading(InputStream in, long limitBytes) {
        return new LineScanner(
                new FilterInputStream(in) {
                    @Override
                    public void close() {}
                },
                limitBytes);
    }

    private static LineScanner of(InputStream raw, boolean zipped, long limitBytes)
            throws IOException {
        try {
            InputStream in =
                    zipped
                            ? new GZIPInputStream(new BufferedInputStream(raw, 64 << 10), 64 << 10)
                            : raw;
            return new LineScanner(in, limitBytes);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /// Goes to the next line; false where there is none.
    boolean next() throws IOException {
        int searched = next;
        from = next;
        while (true) {
            for (int i = searched; i < filled; i++) {
                if (buffer[i] == '\n') return found(i, i + 1);
            }
            searched = filled - from;
            if (!fill()) {
                terminated = false;
                return from < filled && found(filled, filled);
            }
        }
    }

    private boolean found(int end, int following) {
        terminated = following > end;
        to = end;
        next = following;
        number++;
        return true;
    }

    /// Reads more behind what there is of the line, which then begins at 0.
    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, filled - from);
            filled -= from;
            from = 0;
            next = 0;
        }
        if (filled > MAX_LINE_BYTES) throw new IOException("a line without an end");
        if (filled == buffer.length) buffer = Arrays.copyOf(buffer, buffer.length * 2);
        if (ended || remaining <= 0) return false;
        int room = (int) Math.min(buffer.length - filled, remaining);
        int read = in.read(buffer, filled, room);
        ended = read < 0;
        if (ended) return false;
        filled += read;
        remaining -= read;
        return true;
    }

    byte[] bytes() {
        return buffer;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /// From 1 on.
    long number() {
        return number;
    }

    /// Whether the line has the form of a record, and its line end.
    boolean isRecord() {
        return terminated && RecordShape.fits(buffer, from, to);
    }

    /// The time of a line that is a record, as it stands there.
    String time() {
        return RecordShape.timeOf(buffer, from);
    }

    String text() {
        return new String(buffer, from, to - from, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
