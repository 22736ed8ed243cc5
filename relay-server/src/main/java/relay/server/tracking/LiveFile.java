package relay.server.tracking;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The file that is being written, through a buffer. A line goes into the file of its day; one that
/// comes less than a minute late, into the file that is open. Confined to the writer's thread.
///
/// Where a method throws, the disk has failed: what was handed over before is still in the buffer,
/// and the same call may be made again; nothing is then written twice.
final class LiveFile {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final Duration MAX_LATE = Duration.ofMinutes(1);
    private static final Set<StandardOpenOption> READ_AND_WRITE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;
    private final long maxBytes;

    /// Run whenever a part is finished and has its final name.
    private final Runnable finished;

    /// What the file lacks stands between position and limit.
    private ByteBuffer pending = ByteBuffer.allocate(BUFFER_BYTES).limit(0);

    private @Nullable FileChannel channel;

    /// How much is in the file: to ask it for each line would be a system call each.
    private long writtenBytes;

    private LocalDate day;

    LiveFile(Path folder, LocalDate day, long maxBytes, Runnable finished) {
        this.folder = folder;
        this.day = day;
        this.maxBytes = maxBytes;
        this.finished = finished;
    }

    static LocalDate day(Instant time) {
        return time.atZone(ZoneOffset.UTC).toLocalDate();
    }

    /// Takes a line, which ends with a line end.
    void append(byte[] line, Instant time) throws IOException {
        LocalDate wanted = day(time);
        boolean isLate = wanted.isBefore(day) && !day(time.plus(MAX_LATE)).isBefore(day);
        if (!isLate) turnTo(wanted);
        var _ = open();
        if (writtenBytes + pending.remaining() >= maxBytes) finish();
        if (pending.capacity() - pending.limit() < line.length) {
            flush();
            pending.clear().limit(0);
        }
        if (pending.capacity() < line.length) pending = ByteBuffer.allocate(line.length).limit(0);
        int end = pending.limit();
        pending.limit(end + line.length).put(end, line);
    }

    /// Finishes the file where it is not that of `wanted`.
    void turnTo(LocalDate wanted) throws IOException {
        if (wanted.equals(day)) return;
        finish();
        day = wanted;
    }

    LocalDate day() {
        return day;
    }

    void flush() throws IOException {
        if (!pending.hasRemaining()) return;
        FileChannel open = open();
        while (pending.hasRemaining()) writtenBytes += open.write(pending);
    }

    /// True, once, where someone has removed the file or moved it away; the next line then begins a
    /// new one.
    boolean isGone() {
        FileChannel open = channel;
        if (open == null || Files.exists(path())) return false;
        channel = null;
        try {
            open.close();
        } catch (IOException _) {
            // It is of no use to anybody.
        }
        return true;
    }

    /// Writes everything to the disk itself, and ends.
    void close() throws IOException {
        flush();
        if (channel == null) return;
        channel.force(true);
        channel.close();
        channel = null;
    }

    private void finish() throws IOException {
        close();
        if (Files.exists(path())) setAside(folder, day);
        finished.run();
    }

    /// Gives the live file of a day its final name.
    static void setAside(Path folder, LocalDate day) throws IOException {
        int number = Segment.nextNumber(folder, day);
        Path part = new Segment(day, number, Segment.Form.PLAIN).in(folder);
        Files.move(Segment.live(day).in(folder), part);
    }

    private Path path() {
        return Segment.live(day).in(folder);
    }

    private FileChannel open() throws IOException {
        FileChannel open = channel;
        if (open != null) return open;
        open = FileChannel.open(path(), READ_AND_WRITE, OWNER_ONLY);
        open.position(open.size());
        // A line that a crash has cut off stays what it is, and spoils no other.
        if (open.size() > 0 && !endsWithLineEnd(open))
            open.write(ByteBuffer.wrap(new byte[] {'\n'}));
        writtenBytes = open.position();
        channel = open;
        return open;
    }

    private static boolean endsWithLineEnd(FileChannel file) throws IOException {
        var last = ByteBuffer.allocate(1);
        file.read(last, file.size() - 1);
        return last.get(0) == '\n';
    }
}
