package relay.server.tracking;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.server.tracking.Losses.Lost;

/// Makes records of what was heard and writes them: the thread `tracking-writer`. It looks into the
/// queue twenty times a second, so that nobody who hands something over has to wake it.
final class TrackingWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackingWriter.class);
    private static final int BATCH = 512;
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;
    private final BlockingQueue<Heard> waiting;
    private final Losses losses;
    private final InstantSource clock;
    private final EventSink troubles;
    private final Archive archive;
    private final LiveFile file;
    private final RecordLines records = new RecordLines();
    private Health health = Health.WELL;
    private volatile Thread thread = Thread.currentThread();
    private volatile boolean closing;
    private volatile long giveUpNanos;

    private enum Health {
        WELL,
        FAILING
    }

    /// Something that the disk may refuse, and that may then be done again.
    private interface Step {
        void run() throws IOException;
    }

    TrackingWriter(
            Path folder,
            TrackingLimits limits,
            BlockingQueue<Heard> waiting,
            Losses losses,
            InstantSource clock,
            EventSink troubles) {
        this.folder = folder;
        this.waiting = waiting;
        this.losses = losses;
        this.clock = clock;
        this.troubles = troubles;
        archive = new Archive(folder, limits, clock, troubles);
        LocalDate today = LiveFile.day(clock.instant());
        file = new LiveFile(folder, today, limits.segmentBytes(), archive::tidy);
    }

    /// From any thread: write what is waiting, for at most `patience`, and end.
    void finishWithin(Duration patience) {
        giveUpNanos = System.nanoTime() + patience.toNanos();
        closing = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try (archive) {
            insist(this::begin);
            var batch = new ArrayList<Heard>(BATCH);
            boolean last = false;
            while (!last || !waiting.isEmpty()) {
                // Asked before the queue is: nothing is handed over after the close.
                last = closing;
                int taken = waiting.drainTo(batch, BATCH);
                batch.forEach(this::write);
                batch.clear();
                tellLosses();
                tellRemoval();
                insist(this::settle);
                if (!last && taken < BATCH) LockSupport.parkNanos(LOOK.toNanos());
            }
            end();
        }
    }

    private void begin() throws IOException {
        Files.createDirectories(folder, OWNER_ONLY);
        Instant now = clock.instant();
        Optional<Instant> crashed = uncleanEnd();
        for (Segment segment : Segment.all(folder)) {
            boolean old = segment.isLive() && !segment.day().equals(file.day());
            if (old) LiveFile.setAside(folder, segment.day());
        }
        if (crashed.isPresent()) {
            file.append(records.crashed(now, crashed.get()), now);
        }
        file.append(records.mark(now, RecordLines.START), now);
        file.flush();
        archive.tidy();
    }

    /// The time of the last record, where the relay did not come to write that it stops.
    private Optional<Instant> uncleanEnd() throws IOException {
        List<Segment> all = Segment.all(folder);
        if (all.isEmpty()) return Optional.empty();
        Segment newest = all.getLast();
        return LastRecord.of(newest, folder).filter(last -> !last.isStop()).map(LastRecord::time);
    }

    private void write(Heard heard) {
        try {
            for (byte[] line : records.of(heard)) {
                if (!insist(() -> file.append(line, heard.time()))) losses.add(1, heard.time());
            }
        } catch (RuntimeException fault) {
            losses.add(1, heard.time());
            troubles.on(RelayEvent.Fault.of("tracking", fault));
        }
    }

    private void tellLosses() {
        Optional<Lost> lost = losses.take();
        if (lost.isEmpty()) return;
        String what = records.missing(lost.get());
        troubles.on(new RelayEvent.Fault("tracking", what));
        Instant now = clock.instant();
        insist(() -> file.append(records.gap(now, lost.get()), now));
    }

    private void tellRemoval() {
        if (!file.isGone()) return;
        troubles.on(new RelayEvent.Fault("tracking", "the file of the day was removed"));
        Instant now = clock.instant();
        insist(() -> file.append(records.removed(now, file.day()), now));
    }

    /// What is in the buffer goes into the file, and a day that is over into the archive.
    private void settle() throws IOException {
        file.flush();
        LocalDate today = LiveFile.day(clock.instant());
        if (today.isAfter(file.day())) file.turnTo(today);
    }

    private void end() {
        Instant now = clock.instant();
        boolean written =
                insist(() -> file.append(records.mark(now, RecordLines.STOP), now))
                        && insist(file::close);
        losses.take().ifPresent(lost -> LOG.error("{}; the log itself cannot say so", lost));
        if (!written) LOG.error("the end of the tracking log could not be written");
    }

    /// Tries until it is done. False where the relay stops and time is up.
    private boolean insist(Step step) {
        while (true) {
            try {
                step.run();
                if (health == Health.FAILING) LOG.info("the tracking log is written again");
                health = Health.WELL;
                return true;
            } catch (IOException | RuntimeException e) {
                if (health == Health.WELL) {
                    String what = "the tracking log cannot be written, and mail goes on: " + e;
                    troubles.on(new RelayEvent.Fault("tracking", what));
                }
                health = Health.FAILING;
                if (closing && System.nanoTime() - giveUpNanos > 0) return false;
                LockSupport.parkNanos((closing ? LOOK : RETRY).toNanos());
            }
        }
    }
}
