package relay.server.tracking;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.server.tracking.Segment.Form;

/// Compresses the parts of a log that are finished and deletes the oldest, on a thread of its own.
/// What a crash or a full disk has left undone, the next time does.
final class Archive implements AutoCloseable {
    private static final String UNFINISHED = ".part";
    private static final Set<StandardOpenOption> ANEW =
            Set.of(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final ExecutorService thread;
    private final String name;
    private final Path folder;
    private final TrackingLimits limits;
    private final InstantSource clock;
    private final EventSink troubles;
    private volatile boolean closing;

    Archive(
            String name,
            Path folder,
            TrackingLimits limits,
            InstantSource clock,
            EventSink troubles) {
        this.thread =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name(name + "-archive").daemon(true).factory());
        this.name = name;
        this.folder = folder;
        this.limits = limits;
        this.clock = clock;
        this.troubles = troubles;
    }

    /// Returns at once.
    void tidy() {
        thread.execute(() -> {
            try {
                // First: on a full disk there is no other room to compress in.
                deleteOldest();
                compressFinished();
                deleteOldest();
            } catch (IOException | RuntimeException e) {
                troubles.on(new RelayEvent.Fault(name, "the log cannot be archived: " + e));
            }
        });
    }

    /// Waits for what is under way, a second or so.
    @Override
    public void close() {
        closing = true;
        thread.close();
    }

    private void compressFinished() throws IOException {
        for (Segment segment : Segment.all(folder)) {
            if (closing) return;
            if (segment.isLive() || segment.form() == Form.COMPRESSED) continue;
            Path plain = segment.in(folder);
            Path compressed = segment.compressed().in(folder);
            // Where both are there, a crash came before the plain one was deleted.
            if (!Files.exists(compressed)) compress(plain, compressed);
            Files.delete(plain);
        }
    }

    private static void compress(Path plain, Path compressed) throws IOException {
        Path unfinished = compressed.resolveSibling(compressed.getFileName() + UNFINISHED);
        try (FileChannel file = FileChannel.open(unfinished, ANEW, OWNER_ONLY)) {
            OutputStream out = Channels.newOutputStream(file);
            Optional<Span> span = Span.ofLines(plain);
            if (span.isPresent()) span.get().write(out);
            try (var zipped =
                    new GZIPOutputStream(out, 64 << 10) {
                        @Override
                        public void close() throws IOException {
                            finish();
                        }
                    }) {
                Files.copy(plain, zipped);
            }
            file.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
        Files.move(unfinished, compressed, StandardCopyOption.ATOMIC_MOVE);
    }

    private void deleteOldest() throws IOException {
        LocalDate oldest = LiveFile.day(clock.instant().minus(limits.maxAge()));
        List<Segment> finished =
                Segment.all(folder).stream().filter(segment -> !segment.isLive()).toList();
        long room = limits.maxSizeBytes() - limits.segmentBytes();
        long total = 0;
        for (Segment segment : finished.reversed()) {
            Path file = segment.in(folder);
            total += Files.size(file);
            if (total > room || segment.day().isBefore(oldest)) Files.delete(file);
        }
    }
}
