package relay.server.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/// How long the certificates of the moment are still valid; below 0 once they are not. Any thread.
record CertificateCollector(Supplier<Map<String, Instant>> certificates, InstantSource clock)
        implements MultiCollector {

    @Override
    public MetricSnapshots collect() {
        Instant now = clock.instant();
        var expiry = new GaugeFamily(MeterNames.CERTIFICATE_EXPIRY);
        certificates
                .get()
                .forEach((name, end) ->
                        expiry.add(
                                Labels.of("certificate", name),
                                Duration.between(now, end).toMillis() / 1000.0));
        return MetricSnapshots.of(expiry.snapshot());
    }
}
