package relay.server.admin;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import relay.core.queue.LaneStatus;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueControl;
import relay.core.routing.Lane;

/// Asks the queue on behalf of HTTP requests, with a bound on how much and on how long.
///
/// What reads the disk runs on one platform thread, one read at a time, since SQLite's native code
/// would pin the carriers of virtual threads; at most 16 more wait in line. Any thread; every call
/// blocks for at most the patience, then throws [Busy].
final class QueueReads implements AutoCloseable {
    private static final int MAX_WAITING = 16;
    private static final Duration ORDER_PATIENCE = Duration.ofMinutes(5);

    private final QueueControl control;
    private final Duration patience;
    private final ThreadPoolExecutor disk =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(MAX_WAITING),
                    Thread.ofPlatform().daemon().name("admin-queue-reader").factory());

    QueueReads(QueueControl control, Duration patience) {
        this.control = control;
        this.patience = patience;
    }

    /// The queue did not answer in time; the request may be made again.
    static final class Busy extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Busy(String what) {
            super(what);
        }
    }

    List<LaneStatus> statuses() {
        return await(control.lanes());
    }

    long retry(List<Lane> lanes) {
        return await(control.retry(lanes));
    }

    long resume(List<Lane> lanes) {
        return await(control.resume(lanes));
    }

    long suspend(List<Lane> lanes) {
        return await(control.suspend(lanes));
    }

    /// Waits longer: an order may be about a million messages.
    OrderResult order(MailOrder order, List<MailChoice> choices) {
        return await(control.order(order, choices).toCompletableFuture(), ORDER_PATIENCE);
    }

    <T> T fromDisk(Callable<T> read) {
        try {
            return await(disk.submit(read));
        } catch (RejectedExecutionException _) {
            throw new Busy("too many requests are waiting for the queue");
        }
    }

    private <T> T await(CompletionStage<T> stage) {
        return await((Future<T>) stage.toCompletableFuture());
    }

    private <T> T await(Future<T> future) {
        return await(future, patience);
    }

    private static <T> T await(Future<T> future, Duration patience) {
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            future.cancel(true);
            throw new Busy("the queue does not answer");
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof QueueControl.Stopped) {
                throw new Busy("the relay is stopping");
            }
            throw new CompletionException(failed.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Busy("the relay is stopping");
        }
    }

    @Override
    public void close() {
        disk.shutdownNow();
    }
}
