package relay.server.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import relay.core.delivery.PartnerCheck;
import relay.core.tls.PolicyVerdict;

/// What the last look at each probed `domains` entry showed. Any thread.
record ProbeCollector(Supplier<Map<String, PartnerCheck.Dated>> probes, InstantSource clock)
        implements MultiCollector {

    @Override
    public MetricSnapshots collect() {
        Instant now = clock.instant();
        var reachable = new GaugeFamily(MeterNames.PROBE_REACHABLE);
        var tls = new GaugeFamily(MeterNames.PROBE_TLS);
        var policy = new GaugeFamily(MeterNames.PROBE_POLICY);
        var certificate = new GaugeFamily(MeterNames.PROBE_CERTIFICATE);
        var age = new GaugeFamily(MeterNames.PROBE_AGE);
        probes.get()
                .forEach((entry, look) -> {
                    var labels = Labels.of("domain", entry);
                    PartnerCheck check = look.check();
                    reachable.add(labels, check.isReachable() ? 1 : 0);
                    tls.add(labels, check.hasTls() ? 1 : 0);
                    policy.add(labels, check.verdict() == PolicyVerdict.MET ? 1 : 0);
                    check.firstExpiry().forEach(end -> certificate.add(labels, seconds(now, end)));
                    age.add(labels, seconds(look.at(), now));
                });
        return MetricSnapshots.of(
                reachable.snapshot(),
                tls.snapshot(),
                policy.snapshot(),
                certificate.snapshot(),
                age.snapshot());
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }
}
