package relay.server.probe;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import relay.core.address.Domain;
import relay.core.delivery.PartnerCheck;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;

/// Looks at partners again and again, and says so when a verdict changes. Any thread.
///
/// The first looks are spread over [#SPREAD], and at most [#AT_ONCE] partners are looked at at a
/// time. The wait for the next look begins when one ends, so that looks at one partner never
/// overlap.
public final class ProbeSchedule implements AutoCloseable {
    static final Duration SPREAD = Duration.ofMinutes(5);
    static final int AT_ONCE = 4;

    private final Look look;
    private final EventSink events;
    private final InstantSource clock;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("probe-timer").factory());
    private final ExecutorService lookers =
            Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().name("probe-", 0).factory());

    /// Guarded by this, as is every change of [#latest].
    private final Map<Order, Turn> turns = new HashMap<>();

    private final Map<String, PartnerCheck.Dated> latest = new ConcurrentHashMap<>();

    /// `domain` stands for the `domains` entry of that pattern.
    public record Order(String entry, Domain domain, Duration every) {}

    /// Looks at all hosts of a partner; blocks.
    @FunctionalInterface
    public interface Look {
        PartnerCheck at(Domain domain) throws InterruptedException;
    }

    /// An order as long as it stands: one that is given anew is another.
    private static final class Turn {
        private final Order order;

        Turn(Order order) {
            this.order = order;
        }
    }

    public ProbeSchedule(Look look, EventSink events, InstantSource clock) {
        this.look = look;
        this.events = events;
        this.clock = clock;
    }

    /// These orders, and none of those before. One that stands already keeps its turn; what is known
    /// of an entry that is no longer probed is forgotten.
    public synchronized void adopt(List<Order> wanted) {
        turns.keySet().removeIf(order -> !wanted.contains(order));
        latest.keySet()
                .removeIf(entry -> wanted.stream().noneMatch(order -> order.entry().equals(entry)));
        for (int i = 0; i < wanted.size(); i++) {
            Order order = wanted.get(i);
            if (turns.containsKey(order)) continue;
            var turn = new Turn(order);
            turns.put(order, turn);
            Duration spread = order.every().compareTo(SPREAD) < 0 ? order.every() : SPREAD;
            after(spread.multipliedBy(i).dividedBy(wanted.size()), turn);
        }
    }

    /// The last look at each entry that was looked at.
    public Map<String, PartnerCheck.Dated> latest() {
        return Map.copyOf(latest);
    }

    private void after(Duration wait, Turn turn) {
        try {
            var _ =
                    timer.schedule(
                            () -> lookers.execute(() -> take(turn)),
                            wait.toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // It is being closed.
            return;
        }
    }

    private void take(Turn turn) {
        if (!stands(turn)) return;
        try {
            note(turn, look.at(turn.order.domain()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        } catch (RuntimeException fault) {
            events.on(RelayEvent.Fault.of("probe of " + turn.order.entry(), fault));
        }
        after(turn.order.every(), turn);
    }

    private synchronized boolean stands(Turn turn) {
        return turn.equals(turns.get(turn.order));
    }

    private synchronized void note(Turn turn, PartnerCheck check) {
        if (!stands(turn)) return;
        var before = latest.put(turn.order.entry(), new PartnerCheck.Dated(check, clock.instant()));
        if (before != null && before.check().verdict() == check.verdict()) return;
        events.on(new RelayEvent.ProbeTurned(turn.order.entry(), check.verdict(), check.why()));
    }

    /// Does not wait for looks under way.
    @Override
    public void close() {
        timer.shutdownNow();
        lookers.shutdownNow();
    }
}
