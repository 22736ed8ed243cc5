package relay.server;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.config.Configuration;
import relay.core.intake.BackPressure;
import relay.core.intake.BackPressure.Level;
import relay.core.intake.BackPressure.Resource;
import relay.core.intake.BackPressure.State;
import relay.core.intake.BackPressure.Use;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueControl;

/// Measures once a second how near the relay is to its limits, and tells [BackPressure]. Has a
/// thread of its own.
final class PressureGauge implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PressureGauge.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration COLLECTION_PERIOD = Duration.ofSeconds(5);
    private static final Duration QUEUE_PATIENCE = Duration.ofMillis(500);

    private final Path folder;
    private final Supplier<Configuration.Limits> limits;
    private final BackPressure pressure;
    private final QueueControl queue;
    private final CommitTimes commits = new CommitTimes(System::nanoTime);
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("pressure").daemon().factory());
    private long messages;
    private long collectedNanos = System.nanoTime();

    PressureGauge(
            Path folder,
            Supplier<Configuration.Limits> limits,
            BackPressure pressure,
            QueueControl queue) {
        this.folder = folder;
        this.limits = limits;
        this.pressure = pressure;
        this.queue = queue;
    }

    void start() {
        long period = PERIOD.toMillis();
        var _ = thread.scheduleWithFixedDelay(this::measure, 0, period, TimeUnit.MILLISECONDS);
    }

    /// What is to be told of every commit.
    CommitTimes commits() {
        return commits;
    }

    private void measure() {
        try {
            State before = pressure.state();
            pressure.update(uses(limits.get()));
            State now = pressure.state();
            if (before.level() != now.level()) log(now);
            if (isShortOfMemory(now)) collect();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            LOG.warn("cannot measure: {}", e.toString());
        }
    }

    private static boolean isShortOfMemory(State now) {
        return now.level() != Level.NONE && now.resource() == Resource.MEMORY;
    }

    /// How much the last full collection has left is known until the next, which may never come when
    /// no mail does: so it is made to come.
    private void collect() {
        long now = System.nanoTime();
        if (now - collectedNanos < COLLECTION_PERIOD.toNanos()) return;
        System.gc();
        collectedNanos = System.nanoTime();
    }

    private static void log(State now) {
        switch (now.level()) {
            case NONE -> LOG.info("back pressure ends: mail is taken at full speed");
            case SLOWING ->
                    LOG.warn("short of {}: clients are slowed down", now.resource().words());
            case STOPPED ->
                    LOG.error("short of {}: mail is refused for now", now.resource().words());
        }
    }

    private List<Use> uses(Configuration.Limits limits) throws IOException {
        double free = Math.max(1, Files.getFileStore(folder).getUsableSpace());
        return List.of(
                new Use(Resource.DISK, limits.minFreeDiskBytes() / free),
                new Use(Resource.MEMORY, heapPercent() / limits.maxHeapPercent()),
                new Use(Resource.QUEUE, (double) messages() / limits.maxQueueMessages()),
                new Use(
                        Resource.COMMIT,
                        (double) commits.slowestNanos() / limits.maxCommitTime().toNanos()));
    }

    /// What the last full collection left of the old generation, the one pool of the heap that has
    /// a threshold; what could be collected is no shortage.
    private static double heapPercent() {
        double used = 0;
        for (var pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() != MemoryType.HEAP || !pool.isUsageThresholdSupported()) continue;
            MemoryUsage left = pool.getCollectionUsage();
            if (left != null && left.getMax() > 0) {
                used = Math.max(used, 100.0 * left.getUsed() / left.getMax());
            }
        }
        return used;
    }

    /// A queue that does not answer in time is as long as it was.
    private long messages() {
        try {
            List<LaneStatus> lanes =
                    queue.lanes()
                            .toCompletableFuture()
                            .get(QUEUE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            messages =
                    lanes.stream()
                            .mapToLong(lane ->
                                    lane.active() + lane.ready() + lane.waiting() + lane.held())
                            .sum();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the queue does not say how long it is", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return messages;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
