package relay.core.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.Envelope;
import relay.core.queue.QueueChange.Move;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.MailSource;
import relay.core.routing.PolicyTable;

/// Whether a queued entry is still in the lane that the policy in force gives it. Asked before
/// every attempt, so that a demand that was added while mail waited holds for that mail too.
final class Rerouting {
    private Rerouting() {}

    /// Whether a recipient's lane is another.
    static boolean isElsewhere(QueueEntry entry, LaneChoice choice) {
        for (Mailbox recipient : entry.recipients()) {
            if (!bound(choice.of(recipient.domain()), entry).equals(entry.lane())) return true;
        }
        return false;
    }

    /// The lanes of the entry's mail for `domain` while the connector that the policy chooses is
    /// down.
    static List<Lane> alternatives(Domain domain, QueueEntry entry, PolicyTable policy) {
        Envelope envelope = entry.envelope();
        return policy.alternatives(domain, envelope.source(), envelope.sizeBytes()).stream()
                .map(lane -> bound(lane, entry))
                .toList();
    }

    /// Gives a recipient's domain its lane.
    interface LaneChoice {
        Lane of(Domain domain);
    }

    /// What the policy says.
    static LaneChoice byPolicy(QueueEntry entry, PolicyTable policy) {
        return domain -> policy.lane(domain, entry.envelope().source(), entry.lane());
    }

    static List<Move.Part> parts(QueueEntry entry, LaneChoice lanes) {
        Map<Lane, List<Mailbox>> parts = new LinkedHashMap<>();
        for (Mailbox recipient : entry.recipients()) {
            Lane lane = bound(lanes.of(recipient.domain()), entry);
            parts.computeIfAbsent(lane, _ -> new ArrayList<>()).add(recipient);
        }
        return parts.entrySet().stream()
                .map(lane -> new Move.Part(lane.getKey(), lane.getValue()))
                .toList();
    }

    /// Whoever chooses a lane: what the message itself says of TLS stays.
    static Lane bound(Lane lane, QueueEntry entry) {
        return lane.forMessages(entry.envelope().binding());
    }

    /// Whether the lane can hold stale entries under `policy`. A lane of one domain is asked for
    /// that domain; behind smart hosts there are many, and where a scope is in play so is the source, so
    /// that only a look at each entry tells.
    static boolean mayBeStale(Lane lane, PolicyTable policy) {
        if (lane.nextHop().equals(Lane.SMART_HOSTS)) return true;
        return Domain.parse(lane.nextHop())
                .map(domain ->
                        policy.asksForSource(domain)
                                || !policy.lane(domain, MailSource.UNKNOWN, lane)
                                        .forMessages(lane.messageTls())
                                        .equals(lane))
                .orElse(true);
    }
}
