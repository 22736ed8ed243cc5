package relay.server.telemetry;

import java.time.Instant;
import java.util.List;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueView.DomainCount;

/// What the queue answered at `at`.
record QueueReading(
        Instant at, List<LaneStatus> lanes, List<LaneCensus> census, List<DomainCount> domains) {
    QueueReading {
        lanes = List.copyOf(lanes);
        census = List.copyOf(census);
        domains = List.copyOf(domains);
    }
}
