package relay.bench;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Looks at the relay's memory once a second.
final class MemoryWatch implements AutoCloseable {
    private final RelayProcess relay;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
    private double most;

    MemoryWatch(RelayProcess relay) {
        this.relay = relay;
        var _ = timer.scheduleAtFixedRate(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private synchronized void look() {
        most = Math.max(most, relay.memory());
    }

    /// The most that was seen since this was last asked, in MiB.
    synchronized double most() {
        look();
        double seen = most;
        most = 0;
        return seen;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
