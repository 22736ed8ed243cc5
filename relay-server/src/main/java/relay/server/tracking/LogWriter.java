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

/// Makes lines of what a log was handed and writes them, on a thread of its own. It looks into the
/// queue twenty times a second, so that nobody who hands something over has to wake it.
final class LogWriter<T> implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final int BATCH = 512;
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final String name;
    private final Path folder;
    private final BlockingQueue<T> waiting;
    private final Losses losses;
    private final InstantSource clock;
    private final EventSink troubles;
    private final Archive archive;
    private final LiveFile file;
    private final LogLines<T> lines;
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

    LogWriter(
            String name,
            Path folder,
            TrackingLimits limits,
            BlockingQueue<T> waiting,
            Losses losses,
            LogLines<T> lines,
            InstantSource clock,
            EventSink troubles) {
        this.name = name;
        this.folder = folder;
        this.lines = lines;
        this.waiting = waiting;
        this.losses = losses;
        this.clock = clock;
        this.troubles = troubles;
        archive = new Archive(name, folder, limits, clock, troubles);
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
            var batch = new ArrayList<T>(BATCH);
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
            file.append(LogLine.crashed(now, crashed.get()), now);
        }
        file.append(LogLine.mark(now, LogLine.START), now);
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

    private void write(T heard) {
        Instant time = lines.timeOf(heard);
        try {
            for (byte[] line : lines.of(heard)) {
                if (!insist(() -> file.append(line, time))) losses.add(1, time);
            }
        } catch (RuntimeException fault) {
            losses.add(1, time);
            troubles.on(RelayEvent.Fault.of(name, fault));
        }
    }

    private void tellLosses() {
        Optional<Lost> lost = losses.take();
        if (lost.isEmpty()) return;
        String what = LogLine.missing(lost.get());
        troubles.on(new RelayEvent.Fault(name, what));
        Instant now = clock.instant();
        insist(() -> file.append(LogLine.gap(now, lost.get()), now));
    }

    private void tellRemoval() {
        if (!file.isGone()) return;
        troubles.on(new RelayEvent.Fault(name, "the file of the day was removed"));
        Instant now = clock.instant();
        insist(() -> file.append(LogLine.removed(now, file.day()), now));
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
                insist(() -> file.append(LogLine.mark(now, LogLine.STOP), now))
                        && insist(file::close);
        losses.take().ifPresent(lost -> LOG.error("{}; the log itself cannot say so", lost));
        if (!written) LOG.error("the end of the {} log could not be written", name);
    }

    /// Tries until it is done. False where the relay stops and time is up.
    private boolean insist(Step step) {
        while (true) {
            try {
                step.run();
                if (health == Health.FAILING) LOG.info("the {} log is written again", name);
                health = Health.WELL;
                return true;
            } catch (IOException | RuntimeException e) {
                if (health == Health.WELL) {
                    String what = "the " + name + " log cannot be written, and mail goes on: " + e;
                    troubles.on(new RelayEvent.Fault(name, what));
                }
                health = Health.FAILING;
                if (closing && System.nanoTime() - giveUpNanos > 0) return false;
                LockSupport.parkNanos((closing ? LOOK : RETRY).toNanos());
            }
        }
    }
}
