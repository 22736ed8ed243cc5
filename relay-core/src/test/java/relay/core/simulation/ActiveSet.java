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
    private final SchedulerLimits limits;
    private final Map<SessionId, Lane> usable = new HashMap<>();

    ActiveSet(SchedulerLimits limits) {
        this.limits = limits;
    }

    void opens(SessionId id, Lane lane, long connections) {
        usable.put(id, lane);
        long ofLane = usable.values().stream().filter(lane::equals).count();
        if (ofLane > limits.sessionsPerLane()) {
            throw new Violation(ofLane + " sessions for " + lane);
        }
        if (connections > limits.sessions()) throw new Violation(connections + " connections");
    }

    void finishes(SessionId id) {
        usable.remove(id);
    }

    void ends(SessionId id) {
        usable.remove(id);
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
