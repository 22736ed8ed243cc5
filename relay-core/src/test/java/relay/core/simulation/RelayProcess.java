package relay.core.simulation;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.delivery.ConnectionPlanner;
import relay.core.delivery.Delivery;
import relay.core.delivery.DeliveryEnd;
import relay.core.delivery.DemandSource;
import relay.core.delivery.SessionObserver;
import relay.core.delivery.SessionObserver.SessionLink;
import relay.core.delivery.StsDemands;
import relay.core.event.RelayEvent;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.scheduler.Action;
import relay.core.scheduler.Scheduler;
import relay.core.scheduler.SchedulerEvent;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.scheduler.SchedulerLimits;
import relay.core.scheduler.SessionId;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsProof;

/// The shell around the pure core, as in production but for the threads: one life of the relay.
final class RelayProcess {
    final Trace trace;
    private static final long LONGEST_TICK_MILLIS = 60_000;
    private static final long TICK_MILLIS = 250;

    private final Life life;
    private final Partners partners;
    private final Scheduler scheduler;
    private final SimStore store;
    private final Delivery delivery;
    private final NoticeDesk desk;
    private final Supplier<Instant> wall;
    private final ActiveSet active;
    private final StandInWatch standIns;
    private final Life.Worker runner;
    private final Map<SessionId, SessionLink> links = new HashMap<>();
    private final Set<SessionId> running = new LinkedHashSet<>();
    private final Set<Lane> suspended;
    private PolicyTable policy;
    private long tickMillis = TICK_MILLIS;
    private boolean eventful;

    RelayProcess(World world, Life life, Policy configured, SchedulerLimits limits) {
        this.trace = world.trace;
        this.life = life;
        this.partners = world.partners;
        this.wall = world::wall;
        this.policy = configured.table();
        this.scheduler = new Scheduler(limits, policy);
        this.active = new ActiveSet(limits);
        this.standIns = new StandInWatch(world);
        this.suspended = world.disk.suspended();
        this.runner = life.new Worker(4);
        this.store =
                new SimStore(
                        life,
                        world.disk,
                        world.health,
                        trace,
                        messages -> tell(new SchedulerEvent.Accepted(messages)));
        var planner =
                new ConnectionPlanner(
                        world.dns,
                        world.sim.luck.random(),
                        new Domain(World.HOSTNAME),
                        DemandSource.andConfigured(new StsDemands(world.dns::sts)));
        this.delivery = new Delivery(planner, new SimDialer(life, partners, store), this::told);
        this.desk = new NoticeDesk(this, life);
    }

    void start() {
        tell(new SchedulerEvent.Started(store.census()));
        life.after(TICK_MILLIS, this::tick);
    }

    SimStore store() {
        return store;
    }

    PolicyTable policy() {
        return policy;
    }

    Instant clock() {
        return wall.get();
    }

    Life life() {
        return life;
    }

    /// Connections under way, by the relay's own count.
    boolean isIdle() {
        return running.isEmpty() && desk.isIdle() && store.isIdle();
    }

    List<LaneStatus> lanes() {
        return scheduler.status(clock());
    }

    /// By what the operator was told, of lanes that were there.
    private void noteSuspension(SchedulerEvent event) {
        if (event instanceof SchedulerEvent.ResumeAsked(var lanes)) suspended.removeAll(lanes);
        if (!(event instanceof SchedulerEvent.SuspendAsked(var lanes))) return;
        active.forgetSessions(lanes);
        lanes().stream().map(LaneStatus::lane).filter(lanes::contains).forEach(suspended::add);
    }

    void tell(SchedulerEvent event) {
        runner.execute(() -> on(event));
    }

    /// In force for all that is planned from now on; what was offered before may end.
    void adopt(Policy changed) {
        policy = changed.table();
        PolicyTable table = policy;
        runner.execute(() -> {
            active.forgetSessions();
            standIns.startAnew();
            on(new SchedulerEvent.PolicyChanged(table));
            partners.adopted(changed);
        });
    }

    /// While nothing else happens, time passes in longer steps.
    private void tick() {
        tickMillis = eventful ? TICK_MILLIS : Math.min(2 * tickMillis, LONGEST_TICK_MILLIS);
        on(new SchedulerEvent.Tick());
        eventful = false;
        List<LaneStatus> lanes = lanes();
        active.check(lanes);
        standIns.check(lanes);
        life.after(tickMillis, this::tick);
    }

    private void on(SchedulerEvent event) {
        boolean tick = event instanceof SchedulerEvent.Tick;
        // It gives back what it has because it ends.
        if (event instanceof SchedulerEvent.EntryReturned(var id, _)) active.finishes(id);
        if (!tick) trace.say(() -> "scheduler < " + shown(event));
        noteSuspension(event);
        List<Action> actions = scheduler.on(event, clock());
        if (!tick || !actions.isEmpty()) eventful = true;
        actions.forEach(this::carryOut);
    }

    // A policy table has no text of its own.
    private static String shown(SchedulerEvent event) {
        return event instanceof SchedulerEvent.PolicyChanged ? "PolicyChanged" : event.toString();
    }

    private void carryOut(Action action) {
        trace.say(() -> "scheduler > " + action);
        switch (action) {
            case Action.OpenSession(var id, var lane) -> {
                notSuspended(lane);
                open(id, lane);
            }
            case Action.Offer(var id, var entry) -> {
                notSuspended(entry.lane());
                link(id).offer(entry);
            }
            case Action.FinishSession(var id) -> {
                active.finishes(id);
                link(id).finish();
            }
            case Action.Load(var query) ->
                    store.load(query, found -> tell(new SchedulerEvent.EntriesLoaded(found)));
            case Action.Change(var change) -> store.change(change);
            case Action.Notify notify -> desk.write(notify);
            case Action.WarnOfDelay warning -> desk.warn(warning);
            case Action.OrderDone _ -> {}
            case Action.Tell(var event) -> told(event);
        }
    }

    private void notSuspended(Lane lane) {
        if (suspended.contains(lane)) throw new Violation(lane + " goes on while suspended");
    }

    private void told(RelayEvent event) {
        trace.say(() -> "event " + event);
        if (event instanceof RelayEvent.Fault fault) throw new Violation(fault.toString());
    }

    private SessionLink link(SessionId id) {
        SessionLink link = links.get(id);
        if (link == null) throw new Violation("no open session " + id);
        return link;
    }

    private void open(SessionId id, Lane lane) {
        running.add(id);
        active.opens(id, lane, life.openPorts(Wire.Kind.OUTBOUND), life.sim.nowMillis());
        life.after(life.sim.luck.upTo(3), () -> life.spawn(() -> ended(id, run(id, lane))));
    }

    private Ending run(SessionId id, Lane lane) {
        PolicyTable inForce = policy;
        return switch (delivery.run(lane, inForce, observer(id, inForce))) {
            case DeliveryEnd.Served(var trouble) -> new Ending.Served(trouble);
            case DeliveryEnd.Never(var why) -> new Ending.Never(why);
            case DeliveryEnd.NoHost(var why, _, var failure) ->
                    switch (failure) {
                        case NONE, SOME_HOSTS -> new Ending.NoHost(why);
                        case EVERY_HOST -> new Ending.DemandsUnmet(why);
                    };
        };
    }

    private void ended(SessionId id, Ending ending) {
        runner.execute(() -> {
            links.remove(id);
            running.remove(id);
            active.ends(id);
            on(new SchedulerEvent.SessionEnded(id, ending));
        });
    }

    private SessionObserver observer(SessionId id, PolicyTable planned) {
        return new SessionObserver() {
            @Override
            public boolean isWanted() {
                return policy.equals(planned);
            }

            @Override
            public void opened(SessionLink link, TlsProof proof, HostLimits limits) {
                runner.execute(() -> {
                    links.put(id, link);
                    on(new SchedulerEvent.SessionOpened(id, limits));
                });
            }

            @Override
            public void ready(int entries) {
                tell(new SchedulerEvent.SessionReady(id, entries));
            }

            @Override
            public void ended(
                    QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {
                tell(new SchedulerEvent.AttemptEnded(id, entry, outcomes, proof));
            }

            @Override
            public void returned(QueueEntry entry) {
                tell(new SchedulerEvent.EntryReturned(id, entry));
            }
        };
    }
}
