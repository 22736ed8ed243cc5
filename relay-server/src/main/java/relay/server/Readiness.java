package relay.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import relay.core.intake.BackPressure;
import relay.server.store.StoreHealth;

/// Whether mail can be accepted and stored now: what `/ready`, the metrics and the alerts say. It
/// asks the parts whenever it is asked. Any thread.
final class Readiness {
    private final Supplier<StoreHealth> queue;
    private final Supplier<BackPressure.State> pressure;
    private final BooleanSupplier delivers;
    private final BooleanSupplier listens;
    private volatile Phase phase = Phase.STARTING;

    private enum Phase {
        STARTING,
        RUNNING,
        STOPPING
    }

    Readiness(
            Supplier<StoreHealth> queue,
            Supplier<BackPressure.State> pressure,
            BooleanSupplier delivers,
            BooleanSupplier listens) {
        this.queue = queue;
        this.pressure = pressure;
        this.delivers = delivers;
        this.listens = listens;
    }

    void started() {
        phase = Phase.RUNNING;
    }

    void stops() {
        phase = Phase.STOPPING;
    }

    boolean isStopping() {
        return phase == Phase.STOPPING;
    }

    /// Why it cannot; empty where it can.
    List<String> obstacles() {
        var reasons = new ArrayList<String>();
        switch (phase) {
            case STARTING -> reasons.add("starting");
            case STOPPING -> reasons.add("stopping");
            case RUNNING -> {}
        }
        switch (queue.get()) {
            case StoreHealth.Writable _ -> {}
            case StoreHealth.Failing(var reason, var since) ->
                    reasons.add("the queue cannot be written since " + since + ": " + reason);
            case StoreHealth.Damaged(var reason) -> reasons.add(reason);
            case StoreHealth.Closed _ -> reasons.add("the queue is closed");
        }
        BackPressure.State felt = pressure.get();
        if (felt.level() == BackPressure.Level.STOPPED) {
            reasons.add("short of " + felt.resource().words());
        }
        if (!delivers.getAsBoolean()) reasons.add("delivery does not run");
        if (!listens.getAsBoolean()) reasons.add("nothing listens");
        return reasons;
    }
}
