package relay.server;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import relay.core.alert.Readings;
import relay.core.delivery.PartnerCheck;
import relay.core.intake.BackPressure;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueControl;
import relay.core.queue.QueueView;

/// Gathers what alerts are decided by. Where the queue does not answer in time, its last numbers
/// stand, and get older. Confined to one thread, which it blocks for some seconds at the most.
final class AlertReadings implements Supplier<Readings> {
    private static final long PATIENCE_SECONDS = 5;

    private final QueueControl control;
    private final QueueView view;
    private final Sources sources;
    private final InstantSource clock;
    private List<LaneStatus> lanes = List.of();
    private Map<String, Instant> oldest = Map.of();
    private Instant read;

    /// What is known beside the queue.
    record Sources(
            Supplier<Map<String, Instant>> certificates,
            Supplier<Map<String, PartnerCheck.Dated>> looks,
            Supplier<List<String>> notReady,
            Supplier<BackPressure.State> pressure) {}

    AlertReadings(QueueControl control, QueueView view, Sources sources, InstantSource clock) {
        this.control = control;
        this.view = view;
        this.sources = sources;
        this.clock = clock;
        read = clock.instant();
    }

    @Override
    public Readings get() {
        readQueue();
        Instant now = clock.instant();
        return new Readings(
                now,
                lanes,
                oldest,
                Duration.between(read, now),
                sources.certificates().get(),
                sources.looks().get().entrySet().stream()
                        .map(look -> partner(look.getKey(), look.getValue().check()))
                        .toList(),
                sources.notReady().get(),
                shortOf());
    }

    private void readQueue() {
        try {
            lanes = control.lanes().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            oldest = oldest(view.lanes());
            read = clock.instant();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            // How old the numbers are tells it.
            return;
        }
    }

    private static Map<String, Instant> oldest(List<LaneCensus> census) {
        var oldest = new HashMap<String, Instant>();
        for (LaneCensus lane : census) {
            if (lane.oldest().equals(Instant.MAX)) continue;
            oldest.merge(
                    lane.record().lane().connector(),
                    lane.oldest(),
                    (one, other) -> one.isBefore(other) ? one : other);
        }
        return oldest;
    }

    private static Readings.Partner partner(String domain, PartnerCheck check) {
        return new Readings.Partner(domain, check.why(), check.firstExpiry().toList());
    }

    private List<String> shortOf() {
        BackPressure.State state = sources.pressure().get();
        return switch (state.level()) {
            case NONE -> List.of();
            case SLOWING, STOPPED -> List.of(state.resource().words());
        };
    }
}
