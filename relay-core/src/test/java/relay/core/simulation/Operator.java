package relay.core.simulation;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import relay.core.queue.LaneStatus;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.routing.Lane;
import relay.core.scheduler.SchedulerEvent;

/// Who gives orders for what is queued: to wait, to go on, to go another way. Nothing is removed.
final class Operator {
    private static final long HOUR_MILLIS = 3_600_000;

    private final World world;
    private final Luck luck;
    private long orders;

    Operator(World world, Luck luck) {
        this.world = world;
        this.luck = luck;
    }

    void retry() {
        world.listening()
                .ifPresent(relay ->
                        relay.tell(new SchedulerEvent.RetryAsked(lanes(relay, _ -> true))));
    }

    /// For everything in some lane.
    void order() {
        world.listening()
                .ifPresent(relay -> {
                    List<Lane> lanes = lanes(relay, _ -> true);
                    if (lanes.isEmpty()) return;
                    Lane lane = luck.of(lanes);
                    switch (luck.upTo(5)) {
                        case 0 -> suspend(relay, lane);
                        case 1 -> give(relay, new MailOrder.Hold(), List.of(lane));
                        case 2 -> give(relay, releaseAll(), List.of(lane));
                        default -> redirect(relay, lane);
                    }
                });
    }

    private void suspend(RelayProcess relay, Lane lane) {
        relay.tell(new SchedulerEvent.SuspendAsked(List.of(lane)));
        world.sim.after(luck.between(1_000, HOUR_MILLIS), this::resumeAll);
    }

    private void redirect(RelayProcess relay, Lane lane) {
        String target = luck.of(world.policy().connectors()).name();
        if (target.equals("home") || lane.connector().equals("home")) return;
        // Behind smart hosts there may be mail for anybody by then.
        boolean any = lane.nextHop().equals(Lane.SMART_HOSTS);
        world.partners.redirects(any ? world.domains : List.of(lane.nextHop()), target);
        give(relay, new MailOrder.Redirect(target), List.of(lane));
    }

    /// All that is held, whoever held it.
    void release() {
        tell(status -> status.held() > 0, this::release);
    }

    private void release(RelayAndLanes found) {
        give(found.relay(), releaseAll(), found.lanes());
    }

    void resumeAll() {
        tell(
                status -> status.status() == LaneStatus.Status.SUSPENDED,
                found -> found.relay().tell(new SchedulerEvent.ResumeAsked(found.lanes())));
    }

    private record RelayAndLanes(RelayProcess relay, List<Lane> lanes) {}

    private void tell(Predicate<LaneStatus> which, Consumer<RelayAndLanes> order) {
        world.listening()
                .map(relay -> new RelayAndLanes(relay, lanes(relay, which)))
                .filter(found -> !found.lanes().isEmpty())
                .ifPresent(order);
    }

    private static List<Lane> lanes(RelayProcess relay, Predicate<LaneStatus> which) {
        return relay.lanes().stream().filter(which).map(LaneStatus::lane).toList();
    }

    private static MailOrder releaseAll() {
        return new MailOrder.Release(MailOrder.Release.Poison.TOO);
    }

    private void give(RelayProcess relay, MailOrder what, List<Lane> lanes) {
        relay.tell(
                new SchedulerEvent.OrderGiven(
                        ++orders,
                        what,
                        lanes.stream().<MailChoice>map(MailChoice.Whole::new).toList()));
    }
}
