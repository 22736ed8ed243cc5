package relay.core.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.queue.QueueChange.Move;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;

/// Whether a queued entry is still in the lane that the policy in force gives it. Asked before
/// every attempt, so that a demand that was added while mail waited holds for that mail too.
final class Rerouting {
    private Rerouting() {}

    static boolean isStale(QueueEntry entry, PolicyTable policy) {
        for (Mailbox recipient : entry.recipients()) {
            if (!policy.route(recipient.domain()).lane().equals(entry.lane())) return true;
        }
        return false;
    }

    static List<Move.Part> parts(QueueEntry entry, PolicyTable policy) {
        Map<Lane, List<Mailbox>> lanes = new LinkedHashMap<>();
        for (Mailbox recipient : entry.recipients()) {
            Lane lane = policy.route(recipient.domain()).lane();
            lanes.computeIfAbsent(lane, _ -> new ArrayList<>()).add(recipient);
        }
        return lanes.entrySet().stream()
                .map(lane -> new Move.Part(lane.getKey(), lane.getValue()))
                .toList();
    }

    /// Whether the lane can hold stale entries under `policy`. A lane of one domain is asked for
    /// that domain; behind smart hosts there are many, so only a look at each entry tells.
    static boolean mayBeStale(Lane lane, PolicyTable policy) {
        if (lane.nextHop().equals(Lane.SMART_HOSTS)) return true;
        return relay.core.address.Domain.parse(lane.nextHop())
                .map(domain -> !policy.route(domain).lane().equals(lane))
                .orElse(true);
    }
}
