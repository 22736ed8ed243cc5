package relay.core.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Stream;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.smtp.HostLimits;

/// The scheduler's state: every lane, every session, and the policy in force.
final class Board {
    final SchedulerLimits limits;
    final Map<SessionId, Session> sessions = new LinkedHashMap<>();

    /// Lanes with work and without a connection, because all connections are taken.
    final SequencedSet<LaneState> waiting = new LinkedHashSet<>();

    PolicyTable policy;
    boolean stopping;
    private final Map<Lane, LaneState> lanes = new LinkedHashMap<>();
    private final ReadyQueue.MemoryBudget budget = new ReadyQueue.MemoryBudget();
    private final Map<String, Allowance> allowances = new HashMap<>();

    /// Lanes of mail that failed over, by the connector that is down.
    private final Map<String, Set<LaneState>> standIns = new HashMap<>();

    private long lastSession;

    Board(SchedulerLimits limits, PolicyTable policy) {
        this.limits = limits;
        this.policy = policy;
    }

    /// The lane, made where there is none yet.
    LaneState lane(Lane lane) {
        return lanes.computeIfAbsent(lane, this::newLane);
    }

    private LaneState newLane(Lane lane) {
        var state =
                new LaneState(
                        lane,
                        new ReadyQueue(budget),
                        new Window(limits.firstWindow(), limits.sessionsPerLane()),
                        policy);
        if (lane.isFailedOver()) {
            standIns.computeIfAbsent(lane.insteadOf(), _ -> new LinkedHashSet<>()).add(state);
        }
        return state;
    }

    Optional<LaneState> find(Lane lane) {
        return Optional.ofNullable(lanes.get(lane));
    }

    /// What the lane shares with the others of its connector.
    Allowance allowance(LaneState lane) {
        return allowances.computeIfAbsent(lane.lane.connector(), _ -> new Allowance());
    }

    void tidyAllowances(Instant now) {
        allowances.values().forEach(allowance -> allowance.tidy(now));
    }

    boolean isFull() {
        return sessions.size() >= limits.sessions();
    }

    /// Whether all connections that the lane's connector may have are taken.
    boolean isAtLimit(LaneState lane) {
        return allowance(lane).connections() >= lane.connections().maxConnections();
    }

    List<LaneState> lanes() {
        return new ArrayList<>(lanes.values());
    }

    /// The lanes that have mail of that connector while it is down.
    List<LaneState> standInsFor(String connector) {
        return List.copyOf(standIns.getOrDefault(connector, Set.of()));
    }

    /// The lanes of that connector that are down.
    List<LaneState> down(String connector) {
        return lanes.values().stream()
                .filter(lane -> lane.lane.connector().equals(connector) && lane.isDown())
                .toList();
    }

    /// The lanes that are down, with mail that would go by these hosts if it could.
    List<LaneState> waitingFor(Lane hosts) {
        return lanes.values().stream()
                .filter(Board::wantsToLeave)
                .filter(lane -> mayGoBy(lane.lane, hosts))
                .toList();
    }

    private static boolean wantsToLeave(LaneState lane) {
        return lane.mayBeLeft() && lane.queued() > 0;
    }

    /// Whether mail of `first` may go by `hosts`, as far as their names tell; the policy knows.
    private static boolean mayGoBy(Lane first, Lane hosts) {
        boolean standsIn =
                hosts.isFailedOver()
                        ? first.connector().equals(hosts.insteadOf())
                        : !first.connector().equals(hosts.connector());
        boolean sameDomains =
                first.nextHop().equals(hosts.nextHop())
                        || first.nextHop().equals(Lane.SMART_HOSTS)
                        || hosts.nextHop().equals(Lane.SMART_HOSTS);
        return standsIn
                && sameDomains
                && first.floor().equals(hosts.floor())
                && first.messageTls() == hosts.messageTls();
    }

    /// Whether somebody has to find out when the lane's hosts are back, although it has no mail: that
    /// goes by another connector meanwhile, or waits with its own until it can go by this one.
    boolean isMissed(LaneState lane) {
        return lane.lane.isFailedOver()
                ? lane.isFailing() && lane.isConfigured() && isWaitedFor(lane.lane)
                : lane.mayBeLeft() && standIns.containsKey(lane.lane.connector());
    }

    /// Asked of many lanes all the time: mail for one domain waits in two lanes at the most.
    private boolean isWaitedFor(Lane standIn) {
        if (standIn.nextHop().equals(Lane.SMART_HOSTS)) return !waitingFor(standIn).isEmpty();
        return Stream.of(standIn.nextHop(), Lane.SMART_HOSTS)
                .map(nextHop ->
                        new Lane(
                                standIn.insteadOf(),
                                nextHop,
                                standIn.floor(),
                                Lane.Choice.BY_POLICY,
                                standIn.messageTls()))
                .flatMap(first -> find(first).stream())
                .anyMatch(Board::wantsToLeave);
    }

    /// Whether the entry is to go on in another lane, by the policy and by how next hops fare.
    boolean isElsewhere(QueueEntry entry, Instant now) {
        return Rerouting.isElsewhere(entry, laneNow(entry, now));
    }

    /// The lane that the policy chooses; where that is down, the first of its alternatives that are
    /// not known to be of no use. Mail that is held waits where the policy wants it.
    private Rerouting.LaneChoice laneNow(QueueEntry entry, Instant now) {
        Rerouting.LaneChoice byPolicy = Rerouting.byPolicy(entry, policy);
        if (entry.status() == QueueEntry.EntryStatus.HELD) return byPolicy;
        return domain -> {
            Lane routed = Rerouting.bound(byPolicy.of(domain), entry);
            if (find(routed).filter(LaneState::mayBeLeft).isEmpty()) return routed;
            return Rerouting.alternatives(domain, entry, policy).stream()
                    .filter(other -> canStandIn(other, now))
                    .findFirst()
                    .orElse(routed);
        };
    }

    /// Nothing is known against it: neither has it failed, nor, before it is tried, has the connector's
    /// own mail found nobody there a while ago.
    private boolean canStandIn(Lane other, Instant now) {
        return find(other)
                .map(LaneState::canStandIn)
                .orElseGet(() ->
                        find(other.insteadOf(""))
                                .filter(own -> own.isDown() && own.isResting(now))
                                .isEmpty());
    }

    /// Forgets a lane that has nothing any more.
    void retire(LaneState lane, Turn turn) {
        if (!lane.isEmpty()) return;
        // What mail has left for its failing would else be tried again at once.
        boolean hasBeenLeft = lane.mayBeLeft() || lane.lane.isFailedOver();
        if ((hasBeenLeft && lane.isResting(turn.now)) || isMissed(lane)) return;
        if (lane.isFailing()) turn.change(new QueueChange.RecordLane(lane.recovers()));
        lanes.remove(lane.lane);
        if (lane.lane.isFailedOver()) noLongerStandsIn(lane, turn);
        waiting.remove(lane);
        allowance(lane).leaves(lane);
    }

    private void noLongerStandsIn(LaneState lane, Turn turn) {
        String first = lane.lane.insteadOf();
        Set<LaneState> left = standIns.getOrDefault(first, new LinkedHashSet<>());
        left.remove(lane);
        if (!left.isEmpty()) return;
        standIns.remove(first);
        down(first).forEach(turn::touch);
    }

    boolean hasMemoryFor(LaneState lane) {
        return budget.used() < limits.entriesInMemory()
                && lane.ready.size() < limits.entriesPerLane();
    }

    Session newSession(LaneState lane, Instant now) {
        var session = new Session(new SessionId(++lastSession), lane, now);
        sessions.put(session.id, session);
        lane.lastTry = now;
        lane.sessions.add(session);
        allowance(lane).connects();
        return session;
    }

    void remove(Session session) {
        sessions.remove(session.id);
        session.lane.sessions.remove(session);
        allowance(session.lane).disconnects();
    }

    /// No more for this session than it has.
    void finish(Session session, Turn turn) {
        if (session.phase == Session.Phase.SERVING) turn.act(new Action.FinishSession(session.id));
        session.phase = Session.Phase.FINISHING;
    }

    /// The routing changed: the entry's recipients go on in the lanes that are theirs now.
    void move(QueueEntry entry, Turn turn) {
        move(entry, Rerouting.parts(entry, laneNow(entry, turn.now)), turn);
    }

    /// The entry goes on in its lane, in as many as it takes for a host with `limits`.
    void split(QueueEntry entry, HostLimits limits, Turn turn) {
        var parts =
                limits.parts(entry.recipients()).stream()
                        .map(recipients -> new QueueChange.Move.Part(entry.lane(), recipients))
                        .toList();
        move(entry, parts, turn);
        lane(entry.lane()).disk.holdsDue(turn.now);
    }

    void move(QueueEntry entry, List<QueueChange.Move.Part> parts, Turn turn) {
        LaneState from = lane(entry.lane());
        turn.change(new QueueChange.Move(entry.id(), parts));
        from.loses(entry, turn.now);
        from.forget(entry.id());
        for (QueueChange.Move.Part part : parts) {
            tell(entry, part, from, turn);
            LaneState target = lane(part.lane());
            target.gains(entry, turn.now);
            target.disk.holdsDue(entry.nextAttempt());
            turn.touch(target);
        }
    }

    private static void tell(
            QueueEntry entry, QueueChange.Move.Part part, LaneState from, Turn turn) {
        Lane to = part.lane();
        if (to.equals(entry.lane()) || to.isRedirected()) return;
        if (to.isFailedOver()) {
            List<Diagnostic> why = from.lastTrouble().stream().toList();
            turn.tell(new RelayEvent.FailedOver(entry, part.recipients(), to, why));
        } else if (entry.lane().isFailedOver()) {
            turn.tell(new RelayEvent.FailedBack(entry, part.recipients(), to));
        }
    }
}
