package relay.server.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import relay.core.address.Domain;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueView.DomainCount;
import relay.core.routing.DomainFloor;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector;

/// The gauges of the queue, made anew for each scrape. Any thread.
final class QueueCollector implements MultiCollector, AutoCloseable {
    static final int LONGEST_DOMAINS = 20;

    private record Watch(QueueReader reader, InstantSource clock, Instant since) {}

    private volatile List<Watch> watch = List.of();
    private volatile PolicyTable policy = new PolicyTable(List.of(), List.of());

    void configured(PolicyTable table) {
        policy = table;
    }

    void watch(QueueReader reader, InstantSource clock) {
        watch = List.of(new Watch(reader, clock, clock.instant()));
    }

    @Override
    public void close() {
        watch.forEach(one -> one.reader().close());
    }

    @Override
    public MetricSnapshots collect() {
        var snapshots = MetricSnapshots.builder();
        for (Watch one : watch) {
            Optional<QueueReading> reading = one.reader().latest();
            Instant now = one.clock().instant();
            var age = new GaugeFamily(MeterNames.QUEUE_READING_AGE);
            age.add(Labels.EMPTY, seconds(reading.map(QueueReading::at).orElse(one.since()), now));
            snapshots.metricSnapshot(age.snapshot());
            reading.ifPresent(read ->
                    gauges(read, now).forEach(gauge -> snapshots.metricSnapshot(gauge.snapshot())));
        }
        return snapshots.build();
    }

    private List<GaugeFamily> gauges(QueueReading reading, Instant now) {
        var gauges = new ArrayList<GaugeFamily>();
        gauges.addAll(connectors(reading, now));
        gauges.addAll(domains(reading, now));
        return gauges;
    }

    private List<GaugeFamily> connectors(QueueReading reading, Instant now) {
        var sums = new TreeMap<String, ConnectorSum>();
        for (String connector : configuredConnectors()) sums.put(connector, new ConnectorSum());
        for (LaneStatus lane : reading.lanes()) sum(sums, lane.lane()).add(lane);
        for (LaneCensus lane : reading.census()) sum(sums, lane.record().lane()).add(lane.oldest());
        var messages = new GaugeFamily(MeterNames.QUEUE_MESSAGES);
        var bytes = new GaugeFamily(MeterNames.QUEUE_BYTES);
        var oldest = new GaugeFamily(MeterNames.QUEUE_OLDEST);
        sums.forEach((connector, sum) -> {
            sum.messages()
                    .forEach((status, count) ->
                            messages.add(
                                    Labels.of("connector", connector, "status", status),
                                    (double) count));
            bytes.add(Labels.of("connector", connector), (double) sum.bytes());
            oldest.add(Labels.of("connector", connector), seconds(sum.oldest(), now));
        });
        return List.of(messages, bytes, oldest);
    }

    private static ConnectorSum sum(Map<String, ConnectorSum> sums, Lane lane) {
        return sums.computeIfAbsent(lane.connector(), _ -> new ConnectorSum());
    }

    private List<String> configuredConnectors() {
        var names = new ArrayList<String>();
        names.add(Lane.UNREACHABLE);
        policy.connectors().stream()
                .limit(Metrics.MAX_CONNECTORS_AT_ZERO)
                .map(SendConnector::name)
                .forEach(names::add);
        return names;
    }

    private List<GaugeFamily> domains(QueueReading reading, Instant now) {
        var counts = new TreeMap<String, DomainCount>();
        for (DomainFloor floor : policy.floors()) {
            String pattern = floor.pattern().toString();
            counts.put(pattern, new DomainCount(pattern, 0, Instant.MAX));
        }
        reading.domains().stream()
                .limit(LONGEST_DOMAINS)
                .forEach(count -> counts.put(count.domain(), count));
        for (DomainCount count : reading.domains()) addToFloor(counts, count);
        var messages = new GaugeFamily(MeterNames.DOMAIN_MESSAGES);
        var oldest = new GaugeFamily(MeterNames.DOMAIN_OLDEST);
        counts.values()
                .forEach(count -> {
                    var domain = Labels.of("domain", count.domain());
                    messages.add(domain, (double) count.messages());
                    oldest.add(domain, seconds(count.oldest(), now));
                });
        return List.of(messages, oldest);
    }

    /// A domain counts under the `domains` entry that fits it best, as its TLS floor does.
    private void addToFloor(Map<String, DomainCount> counts, DomainCount count) {
        Domain.parse(count.domain())
                .flatMap(policy::floor)
                .map(floor -> floor.pattern().toString())
                .filter(pattern -> !pattern.equals(count.domain()))
                .ifPresent(pattern ->
                        counts.merge(
                                pattern,
                                count,
                                (sum, more) ->
                                        new DomainCount(
                                                pattern,
                                                sum.messages() + more.messages(),
                                                earlier(sum.oldest(), more.oldest()))));
        // An entry for one domain alone is that domain's own count, among the longest or not.
        if (counts.containsKey(count.domain())) counts.put(count.domain(), count);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /// [Instant#MAX] stands for "none", which is 0 s old.
    private static double seconds(Instant since, Instant now) {
        return since.equals(Instant.MAX) || since.isAfter(now)
                ? 0
                : Duration.between(since, now).toMillis() / 1000.0;
    }
}
