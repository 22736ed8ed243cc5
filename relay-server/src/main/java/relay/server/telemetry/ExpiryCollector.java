package relay.server.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/// How long what ends by itself still holds; below 0 once it does not. `ends` gives each end by the
/// value of `label`. Any thread.
record ExpiryCollector(
        MeterNames meter, String label, Supplier<Map<String, Instant>> ends, InstantSource clock)
        implements MultiCollector {

    @Override
    public MetricSnapshots collect() {
        Instant now = clock.instant();
        var expiry = new GaugeFamily(meter);
        ends.get()
                .forEach((name, end) ->
                        expiry.add(
                                Labels.of(label, name),
                                Duration.between(now, end).toMillis() / 1000.0));
        return MetricSnapshots.of(expiry.snapshot());
    }
}
