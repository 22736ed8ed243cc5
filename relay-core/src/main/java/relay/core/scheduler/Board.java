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
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;

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
    private long lastSession;

    Board(SchedulerLimits limits, PolicyTable policy) {
        this.limits = limits;
        this.policy = policy;
    }

    /// The lane, made where there is none yet.
    LaneState lane(Lane lane) {
        return lanes.computeIfAbsent(
                lane,
                _ ->
                        new LaneState(
                                lane,
                                new ReadyQueue(budget),
                                new Window(limits.firstWindow(), limits.sessionsPerLane()),
                                policy));
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

    /// Forgets a lane that has nothing any more.
    void retire(LaneState lane, Turn turn) {
        if (!lane.isEmpty()) return;
        if (lane.isFailing()) turn.change(new QueueChange.RecordLane(lane.recovers()));
        lanes.remove(lane.lane);
        waiting.remove(lane);
        allowance(lane).leaves(lane);
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
        move(entry, Rerouting.parts(entry, Rerouting.byPolicy(entry, policy)), turn);
    }

    void move(QueueEntry entry, List<QueueChange.Move.Part> parts, Turn turn) {
        LaneState from = lane(entry.lane());
        turn.change(new QueueChange.Move(entry.id(), parts));
        from.loses(entry, turn.now);
        from.forget(entry.id());
        for (QueueChange.Move.Part part : parts) {
            LaneState target = lane(part.lane());
            target.gains(entry, turn.now);
            target.disk.holdsDue(entry.nextAttempt());
            turn.touch(target);
        }
    }
}
