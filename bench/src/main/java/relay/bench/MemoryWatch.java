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
        var _ = timer.scheduleAtFixedRate(this::most, 1, 1, TimeUnit.SECONDS);
    }

    /// The most that was seen until now, in MiB.
    synchronized double most() {
        most = Math.max(most, relay.memory());
        return most;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
