package relay.server.telemetry;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;

/// One gauge with all its labels, as one scrape gives it. Confined to the scrape.
final class GaugeFamily {
    private final GaugeSnapshot.Builder family;

    GaugeFamily(MeterNames name) {
        family = GaugeSnapshot.builder().name(name.exposed()).help(name.help());
    }

    void add(Labels labels, double value) {
        family.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build());
    }

    GaugeSnapshot snapshot() {
        return family.build();
    }
}
