package relay.core.queue;

import java.time.Instant;
import java.util.List;
import relay.core.routing.Lane;

/// A lane as `relay queue list` shows it; in Exchange's words, a queue. Counts are messages (more
/// exactly entries: a message with recipients in two lanes counts in both).
///
/// `active` are being attempted, `ready` could be, `waiting` have a next attempt in the future of
/// their own or of the lane, `held` wait for the operator. `retryAt` is when the lane may be tried
/// again and means nothing unless `status` is `RETRY`. `lastTry` is when a connection was last
/// wanted, since the relay started; [Instant#MIN] for never. `incomingPerMinute` and
/// `outgoingPerMinute` count what came into the lane and what left it, delivered or not, over the
/// last minute.
public record LaneStatus(
        Lane lane,
        Status status,
        long active,
        long ready,
        long waiting,
        long held,
        long bytes,
        Instant retryAt,
        Instant lastTry,
        long incomingPerMinute,
        long outgoingPerMinute,
        List<Diagnostic> lastTrouble) {

    public enum Status {
        ACTIVE("Active"),
        READY("Ready"),
        RETRY("Retry"),
        SUSPENDED("Suspended"),
        /// Everything in it is held.
        HELD("Held");

        private final String label;

        Status(String label) {
            this.label = label;
        }

        /// The word in metrics and JSON.
        public String label() {
            return label;
        }
    }

    public LaneStatus {
        lastTrouble = List.copyOf(lastTrouble);
    }

    /// How much faster it empties than it fills, in messages a minute; below 0 it grows.
    public long velocity() {
        return outgoingPerMinute - incomingPerMinute;
    }

    public long messages() {
        return active + ready + waiting + held;
    }
}
