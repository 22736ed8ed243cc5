package relay.server;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.tls.LegacyException;

/// Sees to it that a legacy exception ends on its day though nobody reloads the configuration, and
/// says so in the log: once a day in the last weeks, and when it is over.
///
/// It looks every 10 s on a thread of its own, since the clock may be set.
final class ExceptionWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExceptionWatch.class);
    private static final long PERIOD_SECONDS = 10;
    private static final Duration WARN_BEFORE = Duration.ofDays(30);

    private final Supplier<SortedMap<String, LegacyException>> inForce;
    private final Runnable end;
    private final InstantSource clock;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("exception-watch").daemon().factory());
    private LocalDate warned = LocalDate.MIN;

    /// `inForce` are the exceptions of the policy in force, by who makes them; `end` puts one in
    /// force that has none that is over.
    ExceptionWatch(
            Supplier<SortedMap<String, LegacyException>> inForce,
            Runnable end,
            InstantSource clock) {
        this.inForce = inForce;
        this.end = end;
        this.clock = clock;
    }

    void start() {
        var _ = thread.scheduleWithFixedDelay(this::tryLook, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void tryLook() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("legacy exceptions: {}", e.toString());
        }
    }

    /// Looks once.
    void look() {
        Instant now = clock.instant();
        var over = new TreeMap<>(inForce.get());
        over.values().removeIf(exception -> exception.holdsAt(now));
        if (!over.isEmpty()) {
            over.forEach(
                    (who, exception) -> LOG.warn("{}: the exception is over: {}", who, exception));
            end.run();
        }
        warnOfNearEnds(now);
    }

    private void warnOfNearEnds(Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        if (today.equals(warned)) return;
        warned = today;
        inForce.get()
                .forEach((who, exception) -> {
                    boolean near = now.plus(WARN_BEFORE).isAfter(exception.end());
                    if (near) LOG.warn("{}: the exception ends soon: {}", who, exception);
                });
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
