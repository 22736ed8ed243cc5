package relay.core.simulation;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import relay.core.address.ReversePath;
import relay.core.queue.LaneStatus;
import relay.core.queue.LaneStatus.Status;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.routing.Lane;
import relay.core.simulation.Policy.Connector;
import relay.core.tls.MessageTls;

/// Sees that mail which failed over does not wait with a connector that fails too, while there is
/// another that has not failed.
final class StandInWatch {
    /// The look through the lane has found its mail, and moved it.
    private static final long PATIENCE_MILLIS = 60_000;

    /// One rest of a lane, as it was first seen.
    private record Rest(Instant until, long since) {
        Rest unlessAnew(Rest seen) {
            return seen.until().equals(until) ? this : seen;
        }
    }

    private final World world;
    private final Map<Lane, Rest> rests = new HashMap<>();
    private final Map<String, Long> lastResting = new HashMap<>();

    StandInWatch(World world) {
        this.world = world;
    }

    /// Mail may have other ways from now on, or the disk may be late.
    void startAnew() {
        rests.clear();
    }

    void check(List<LaneStatus> lanes) {
        if (world.health.mood != DiskHealth.Mood.GOOD) startAnew();
        long now = world.sim.nowMillis();
        for (LaneStatus lane : lanes) {
            note(lane, now);
        }
        rests.keySet().retainAll(lanes.stream().map(LaneStatus::lane).toList());
        rests.forEach((lane, rest) -> {
            if (now - rest.since() > PATIENCE_MILLIS) waits(lane, rest.since());
        });
    }

    private void note(LaneStatus lane, long now) {
        if (lane.status() != Status.ACTIVE && lane.status() != Status.READY) {
            lastResting.put(lane.lane().connector(), now);
        }
        boolean waits = lane.status() == Status.RETRY && lane.active() == 0;
        if (waits && lane.lane().isFailedOver()) {
            var rest = new Rest(lane.retryAt(), now);
            rests.merge(lane.lane(), rest, Rest::unlessAnew);
        } else {
            rests.remove(lane.lane());
        }
    }

    private void waits(Lane lane, long since) {
        for (QueueEntry entry : world.disk.entries.values()) {
            boolean here = entry.lane().equals(lane) && entry.status() == EntryStatus.QUEUED;
            if (!here || entry.envelope().messageTls() != MessageTls.BY_POLICY) continue;
            String domain = entry.recipients().getFirst().domain().name();
            for (Connector other : Rules.standIns(world.policy(), domain, source(entry))) {
                boolean failed =
                        other.name().equals(lane.connector())
                                || lastResting.getOrDefault(other.name(), -1L) >= since;
                boolean fits = entry.envelope().sizeBytes() <= other.maxBytes();
                if (fits && !failed) {
                    throw new Violation(
                            entry.id() + " waits in " + lane + " and may go by " + other.name());
                }
            }
        }
    }

    private static Rules.Source source(QueueEntry entry) {
        String sender =
                switch (entry.envelope().sender()) {
                    case ReversePath.Null _ -> "";
                    case ReversePath.Sender(var mailbox) -> mailbox.toString();
                };
        return new Rules.Source(entry.envelope().receiveConnector(), sender);
    }
}
