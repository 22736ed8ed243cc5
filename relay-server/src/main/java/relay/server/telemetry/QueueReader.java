package relay.server.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.queue.QueueControl;
import relay.core.queue.QueueView;

/// Asks the queue for its numbers, so that scrapes, however many, neither hammer the queue nor wait
/// for it.
///
/// There is one reading at a time, on one platform thread of its own, since SQLite's native code
/// would pin a virtual thread's carrier. A reading serves for a second, or for ten times as long as
/// it took where that is more: with a huge queue, reading never takes more than a tenth of one
/// core. Any thread.
final class QueueReader implements AutoCloseable {
    /// How many recipient domains are read; `domains` entries whose mail is not among them count 0.
    static final int MAX_DOMAINS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(QueueReader.class);
    private static final Duration MIN_LIFETIME = Duration.ofSeconds(1);
    private static final int REST_FACTOR = 10;

    private final QueueControl control;
    private final QueueView view;
    private final InstantSource clock;
    private final Duration patience;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("metrics-queue-reader").factory());

    private Optional<QueueReading> last = Optional.empty();
    private Instant goodUntil = Instant.MIN;
    private CompletableFuture<?> running = CompletableFuture.completedFuture(null);

    /// `patience` is the longest wait of [#latest], and of a reading for the scheduler's answer.
    QueueReader(QueueControl control, QueueView view, InstantSource clock, Duration patience) {
        this.control = control;
        this.view = view;
        this.clock = clock;
        this.patience = patience;
    }

    /// The numbers of now, or the last there were; empty before the first.
    Optional<QueueReading> latest() {
        await(reading());
        synchronized (this) {
            return last;
        }
    }

    private synchronized CompletableFuture<?> reading() {
        if (running.isDone() && isOutdated(clock.instant())) {
            running = CompletableFuture.runAsync(this::read, thread);
        }
        return running;
    }

    // Also where the clock was set back: the reading would stand until its time has come again.
    private boolean isOutdated(Instant now) {
        return now.isAfter(goodUntil) || last.filter(read -> now.isBefore(read.at())).isPresent();
    }

    private void await(CompletableFuture<?> reading) {
        try {
            reading.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            LOG.warn("the queue does not answer; metrics show its last numbers");
        } catch (ExecutionException failed) {
            LOG.warn("the queue cannot be read; metrics show its last numbers", failed.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        Instant begun = clock.instant();
        var lanes =
                control.lanes()
                        .toCompletableFuture()
                        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
        var reading =
                new QueueReading(begun, lanes, view.lanes(), view.longestDomains(MAX_DOMAINS));
        keep(reading, Duration.between(begun, clock.instant()).multipliedBy(REST_FACTOR));
    }

    private synchronized void keep(QueueReading reading, Duration rest) {
        last = Optional.of(reading);
        goodUntil = reading.at().plus(rest.compareTo(MIN_LIFETIME) > 0 ? rest : MIN_LIFETIME);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
