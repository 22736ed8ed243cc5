package relay.core.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import relay.core.queue.LaneStatus;

/// What is known of the relay at one moment. `lanes` are the queue's, `oldest` when the oldest
/// message that waits for delivery by each connector was accepted, and both were read `queueAge`
/// ago. `certificates` says when each of our own ends, by the metric's label. `notReady` and
/// `shortOf` are in words, and empty where nothing is wrong.
public record Readings(
        Instant at,
        List<LaneStatus> lanes,
        Map<String, Instant> oldest,
        Duration queueAge,
        Map<String, Instant> certificates,
        List<Partner> partners,
        List<String> notReady,
        List<String> shortOf) {

    /// The last look at the partner of a `domains` entry. `why` is empty where it meets the policy;
    /// `certificateEnds` has when the first of its certificates ends, or nothing.
    public record Partner(String domain, String why, List<Instant> certificateEnds) {
        public Partner {
            certificateEnds = List.copyOf(certificateEnds);
        }
    }

    public Readings {
        lanes = List.copyOf(lanes);
        oldest = Map.copyOf(oldest);
        certificates = Map.copyOf(certificates);
        partners = List.copyOf(partners);
        notReady = List.copyOf(notReady);
        shortOf = List.copyOf(shortOf);
    }
}
