package relay.core.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import relay.core.queue.LaneStatus;
import relay.core.routing.Lane;
import relay.core.scheduler.SchedulerLimits;
import relay.core.scheduler.SessionId;

/// Counts what the relay has open and in memory, against its limits.
final class ActiveSet {
    private static final int MOST_A_MINUTE = 200;

    private final SchedulerLimits limits;
    private final Map<Lane, Integer> opened = new HashMap<>();
    private long minute;
    private final Map<SessionId, Lane> usable = new HashMap<>();

    ActiveSet(SchedulerLimits limits) {
        this.limits = limits;
    }

    void opens(SessionId id, Lane lane, long connections, long nowMillis) {
        usable.put(id, lane);
        notWithoutEnd(lane, nowMillis / 60_000);
        long ofLane = usable.values().stream().filter(lane::equals).count();
        if (ofLane > limits.sessionsPerLane()) {
            throw new Violation(ofLane + " sessions for " + lane);
        }
        if (connections > limits.sessions()) throw new Violation(connections + " connections");
    }

    /// Whatever happens, no lane has one connection after the other for nothing.
    private void notWithoutEnd(Lane lane, long ofMinute) {
        if (ofMinute != minute) opened.clear();
        minute = ofMinute;
        int times = opened.merge(lane, 1, Integer::sum);
        if (times > MOST_A_MINUTE) {
            throw new Violation(lane + " has had " + times + " sessions within a minute");
        }
    }

    void finishes(SessionId id) {
        usable.remove(id);
    }

    void ends(SessionId id) {
        usable.remove(id);
    }

    /// The same of one lane.
    void forgetSessions(List<Lane> lanes) {
        usable.values().removeIf(lanes::contains);
    }

    /// Those that are open will get nothing more.
    void forgetSessions() {
        usable.clear();
    }

    void check(List<LaneStatus> lanes) {
        long ready = lanes.stream().mapToLong(LaneStatus::ready).sum();
        int known = limits.sessions() * 2;
        long each = limits.loadBatch() + 10L + known;
        if (ready > limits.entriesInMemory() + each * Math.max(1, lanes.size())) {
            throw new Violation(ready + " entries in memory: " + lanes);
        }
    }
}
