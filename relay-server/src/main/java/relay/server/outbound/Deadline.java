package relay.server.outbound;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One time limit that moves with every reply. A timer that comes too early is set anew, so that
/// moving the limit costs no timer. Confined to its event loop.
final class Deadline {
    private final EventLoop loop;
    private final Runnable expired;
    private long limitNanos;
    private long dueNanos;
    private long timerNanos;
    private @Nullable ScheduledFuture<?> timer;

    Deadline(EventLoop loop, Runnable expired) {
        this.loop = loop;
        this.expired = expired;
    }

    /// Begins anew with `limit`.
    void set(Duration limit) {
        limitNanos = limit.toNanos();
        restart();
    }

    /// Begins anew with the limit that it has.
    void restart() {
        dueNanos = System.nanoTime() + limitNanos;
        if (timer != null && timerNanos - dueNanos <= 0) return;
        cancel();
        schedule();
    }

    void cancel() {
        if (timer != null) timer.cancel(false);
        timer = null;
    }

    private void schedule() {
        timerNanos = dueNanos;
        long delay = Math.max(0, dueNanos - System.nanoTime());
        timer = loop.schedule(this::ring, delay, TimeUnit.NANOSECONDS);
    }

    private void ring() {
        timer = null;
        if (dueNanos - System.nanoTime() > 0) {
            schedule();
        } else {
            expired.run();
        }
    }
}
