package relay.core.queue;

import java.time.Instant;
import java.util.List;
import relay.core.routing.Lane;

/// A lane as `relay queue list` shows it; in Exchange's words, a queue. Counts are messages (more
/// exactly entries: a message with recipients in two lanes counts in both).
///
/// `active` are being attempted, `ready` could be, `waiting` have a next attempt in the future of
/// their own or of the lane, `held` wait for the operator. `retryAt` is when the lane may be tried
/// again and means nothing unless `status` is `RETRY`.
public record LaneStatus(
        Lane lane,
        Status status,
        long active,
        long ready,
        long waiting,
        long held,
        long bytes,
        Instant retryAt,
        List<Diagnostic> lastTrouble) {

    public enum Status {
        ACTIVE("Active"),
        READY("Ready"),
        RETRY("Retry"),
        SUSPENDED("Suspended");

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

    public long messages() {
        return active + ready + waiting + held;
    }
}
