package relay.server.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import relay.core.delivery.PartnerCheck;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.Connection.Direction;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.Envelope;
import relay.core.queue.QueueControl;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueId;
import relay.core.queue.QueueView;
import relay.core.queue.QueuedMessage;
import relay.core.routing.PolicyTable;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.SendConnector;
import relay.core.tls.LegacyException;
import relay.core.tls.StsPolicy;

/// Counts every [RelayEvent] and gives the numbers to Prometheus.
///
/// Make it first, since everything reports to it; [#watchQueue] and its like add what can only be
/// asked once the rest runs. Any thread; an event costs a map look-up and an increment.
public final class Metrics implements EventSink, AutoCloseable {
    /// What [#scrape] gives: the `Content-Type` of its answer.
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /// Up to this many connectors of a kind have their counters from the start, at 0; with more,
    /// a counter appears with its first event, so that 10,000 connectors do not make a scrape of
    /// 200,000 lines.
    static final int MAX_CONNECTORS_AT_ZERO = 500;

    private static final Duration[] DELIVERY_BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(4),
        Duration.ofHours(12),
        Duration.ofDays(1)
    };

    private record Limited(String connector, Limit limit) {}

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Counter> received = new ConcurrentHashMap<>();
    private final Map<String, Counter> refused = new ConcurrentHashMap<>();
    private final Map<Limited, Counter> limited = new ConcurrentHashMap<>();
    private final Map<String, SendMeters> sending = new ConcurrentHashMap<>();
    private final Counter rejected = counter(MeterNames.REJECTED);
    private final Counter hidden = counter(MeterNames.HIDDEN);
    private final Counter faults = counter(MeterNames.FAULTS);
    private final LongAdder inbound = connections(Direction.INBOUND);
    private final LongAdder outbound = connections(Direction.OUTBOUND);
    private final Timer delivery = delivery();
    private final QueueCollector queue = new QueueCollector();
    private final AtomicReference<@Nullable Ended> lastBounced = new AtomicReference<>();
    private volatile LongSupplier trackingLost = () -> 0;

    public Metrics() {
        registry.getPrometheusRegistry().register(queue);
        for (var result : RelayEvent.StsFetch.Result.values()) fetched(result);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    /// Begins at 0 what the configured connectors and `domains` entries can have. For the start and
    /// for every reload; what was counted under names that are gone stays.
    public void configured(List<ReceiveConnector> receiveConnectors, PolicyTable policy) {
        receiveConnectors.stream()
                .limit(MAX_CONNECTORS_AT_ZERO)
                .forEach(connector -> {
                    received(connector.name());
                    refused(connector.name());
                    for (Limit limit : Limit.values()) limited(connector.name(), limit);
                });
        var floors = policy.floors().isEmpty() ? SendMeters.Floors.NONE : SendMeters.Floors.SOME;
        for (SendConnector connector :
                policy.connectors().stream().limit(MAX_CONNECTORS_AT_ZERO).toList()) {
            sending(connector.name()).expectTlsFailures(connector, floors);
        }
        queue.configured(policy);
    }

    /// From now on each scrape asks the queue, at most once a second, and waits for it no longer
    /// than 2 s; where it does not answer in time, the last numbers stand and
    /// `relay_queue_reading_age_seconds` grows.
    public void watchQueue(QueueControl control, QueueView view, InstantSource clock) {
        queue.watch(new QueueReader(control, view, clock, Duration.ofSeconds(2)), clock);
    }

    /// `certificates` gives the end of validity of each certificate that the listeners show, by a
    /// name of few values, such as its file's. Asked at each scrape; must not block.
    public void watchCertificates(
            Supplier<Map<String, Instant>> certificates, InstantSource clock) {
        registry.getPrometheusRegistry()
                .register(
                        new ExpiryCollector(
                                MeterNames.CERTIFICATE_EXPIRY, "certificate", certificates, clock));
    }

    /// `exceptions` are the legacy exceptions in force, by the entry of the configuration that makes
    /// each. Asked at each scrape; must not block.
    public void watchExceptions(
            Supplier<? extends Map<String, LegacyException>> exceptions, InstantSource clock) {
        Supplier<Map<String, Instant>> ends =
                () -> {
                    var ending = new TreeMap<String, Instant>();
                    exceptions.get().forEach((who, one) -> ending.put(who, one.end()));
                    return ending;
                };
        registry.getPrometheusRegistry()
                .register(new ExpiryCollector(MeterNames.EXCEPTION_EXPIRY, "entry", ends, clock));
    }

    /// `reasons` says why mail cannot be accepted and stored; empty where it can. Asked at each
    /// scrape.
    public void watchReadiness(Supplier<List<String>> reasons) {
        Gauge.builder(MeterNames.READY.exposed(), reasons, now -> now.get().isEmpty() ? 1 : 0)
                .description(MeterNames.READY.help())
                .strongReference(true)
                .register(registry);
    }

    /// `level` is 0, 1 or 2. Asked at each scrape.
    public void watchPressure(LongSupplier level) {
        Gauge.builder(MeterNames.PRESSURE.exposed(), level, LongSupplier::getAsLong)
                .description(MeterNames.PRESSURE.help())
                .strongReference(true)
                .register(registry);
    }

    public void watchDnssec(BooleanSupplier validates) {
        Gauge.builder(MeterNames.DNSSEC.exposed(), validates, now -> now.getAsBoolean() ? 1 : 0)
                .description(MeterNames.DNSSEC.help())
                .strongReference(true)
                .register(registry);
    }

    /// `probes` gives the last look at each `domains` entry that is probed, by its pattern. Asked at
    /// each scrape.
    public void watchProbes(Supplier<Map<String, PartnerCheck.Dated>> probes, InstantSource clock) {
        registry.getPrometheusRegistry().register(new ProbeCollector(probes, clock));
    }

    /// `policies` says how many MTA-STS policies of a mode are kept. Asked at each scrape.
    public void watchStsPolicies(ToLongFunction<StsPolicy.Mode> policies) {
        for (StsPolicy.Mode mode : StsPolicy.Mode.values()) {
            Gauge.builder(MeterNames.STS_POLICIES.exposed(), () -> policies.applyAsLong(mode))
                    .description(MeterNames.STS_POLICIES.help())
                    .tag("mode", mode.label())
                    .register(registry);
        }
    }

    /// `lost` says how many records the message tracking log could not write. Asked at each scrape.
    public void watchTracking(LongSupplier lost) {
        trackingLost = lost;
        // Micrometer holds what it asks weakly: this object lives as long as the registry.
        FunctionCounter.builder(
                        MeterNames.TRACKING_LOST.counter(),
                        this,
                        metrics -> (double) metrics.trackingLost.getAsLong())
                .description(MeterNames.TRACKING_LOST.help())
                .register(registry);
    }

    /// The numbers of now in Prometheus' text format ([#CONTENT_TYPE]). Blocks for 2 s at the most.
    public String scrape() {
        return registry.scrape();
    }

    /// Ends the thread that reads the queue.
    @Override
    public void close() {
        queue.close();
        registry.close();
    }

    @Override
    public void on(RelayEvent event) {
        switch (event) {
            case RelayEvent.Received(var message, _, _) -> countReceived(message.envelope());
            case RelayEvent.Refused(var connector, _, _) -> refused(connector).increment();
            case RelayEvent.Delivered delivered -> countDelivered(delivered);
            case RelayEvent.Deferred(var entry, _, var why, _, _) ->
                    sending(entry.lane().connector()).countDeferred(why.reason());
            case RelayEvent.Bounced bounced -> countBounced(bounced);
            case RelayEvent.LaneFailed(var lane, var why, _, _) ->
                    sending(lane.connector()).countDeferred(why.reason());
            case RelayEvent.DemandsUnmet(var lane, _, var unmet) ->
                    unmet.forEach(one ->
                            sending(lane.connector())
                                    .countTlsFailure(
                                            one.demand().source().kind(), one.shortfall()));
            case RelayEvent.TestedPolicyUnmet(var lane, _, var unmet) ->
                    unmet.forEach(one -> sending(lane.connector()).countTest(one.shortfall()));
            case RelayEvent.StsFetch(_, var result, _) -> fetched(result).increment();
            case RelayEvent.PlaintextFallback(var lane, _, _) ->
                    sending(lane.connector()).countPlaintextFallback();
            case RelayEvent.TlsDowngraded(var lane, _, _, _) ->
                    sending(lane.connector()).countTlsDowngrade();
            case RelayEvent.Connection connection -> countConnection(connection);
            case RelayEvent.Rejected _ -> rejected.increment();
            case RelayEvent.LimitReached(var connector, _, var limit, _) ->
                    limited(connector, limit).increment();
            case RelayEvent.ClientsHidden _ -> hidden.increment();
            case RelayEvent.Fault _ -> faults.increment();
            case RelayEvent.Held(var entry, var why) -> countPoison(entry, why);
            case RelayEvent.FailedOver moved -> countFailedOver(moved);
            // Gauges show these.
            case RelayEvent.Replayed _,
                    RelayEvent.Removed _,
                    RelayEvent.Released _,
                    RelayEvent.Redirected _,
                    RelayEvent.FailedBack _,
                    RelayEvent.DelayWarned _,
                    RelayEvent.SuccessTold _,
                    RelayEvent.ProbeTurned _ -> {}
        }
    }

    /// Of what is held, what the relay failed over; the rest a gauge shows.
    private void countPoison(QueueEntry entry, List<Diagnostic> why) {
        boolean poison = why.stream().anyMatch(one -> one.reason() == Reason.POISON);
        if (poison) sending(entry.lane().connector()).countPoison();
    }

    /// Each time that it leaves its own connector, whoever else it goes on to from there.
    private void countFailedOver(RelayEvent.FailedOver moved) {
        if (!moved.entry().lane().isFailedOver()) sending(moved.connector()).countFailedOver();
    }

    private void countReceived(Envelope envelope) {
        if (envelope.receiveConnector().equals(Envelope.OWN_NOTICE)) return;
        received(envelope.receiveConnector()).increment();
    }

    private void countDelivered(RelayEvent.Delivered delivered) {
        sending(delivered.entry().lane().connector()).countDelivered(delivered.proof().evidence());
        Instant accepted = delivered.entry().envelope().acceptedAt();
        Duration took = Duration.between(accepted, delivered.at());
        // The clock may have been set back meanwhile.
        delivery.record(took.isNegative() ? Duration.ZERO : took);
    }

    /// There is an event for each recipient that failed, one after the other; they have the notice
    /// in common.
    private void countBounced(RelayEvent.Bounced bounced) {
        var ended =
                new Ended(
                        bounced.entry().id(),
                        bounced.notice().stream().map(QueuedMessage::id).toList());
        if (ended.equals(lastBounced.getAndSet(ended))) return;
        sending(bounced.entry().lane().connector()).countBounced();
    }

    /// A message that ended undelivered, and the notices of it.
    private record Ended(EntryId entry, List<QueueId> notices) {}

    private void countConnection(RelayEvent.Connection connection) {
        LongAdder open =
                switch (connection.direction()) {
                    case INBOUND -> inbound;
                    case OUTBOUND -> outbound;
                };
        switch (connection.change()) {
            case OPENED -> open.increment();
            case CLOSED -> open.decrement();
        }
    }

    private SendMeters sending(String connector) {
        SendMeters known = sending.get(connector);
        return known != null
                ? known
                : sending.computeIfAbsent(connector, name -> new SendMeters(registry, name));
    }

    private Counter received(String connector) {
        return received.computeIfAbsent(
                connector, name -> counter(MeterNames.RECEIVED, "connector", name));
    }

    private Counter refused(String connector) {
        return refused.computeIfAbsent(
                connector, name -> counter(MeterNames.REFUSED, "connector", name));
    }

    private Counter fetched(RelayEvent.StsFetch.Result result) {
        return counter(MeterNames.STS_FETCHES, "result", result.label());
    }

    private Counter limited(String connector, Limit limit) {
        return limited.computeIfAbsent(
                new Limited(connector, limit),
                _ -> counter(MeterNames.LIMITED, "connector", connector, "reason", limit.label()));
    }

    private Counter counter(MeterNames name, String... tags) {
        return Counter.builder(name.counter())
                .description(name.help())
                .tags(tags)
                .register(registry);
    }

    private LongAdder connections(Direction direction) {
        var open = new LongAdder();
        Gauge.builder(MeterNames.CONNECTIONS.exposed(), open, LongAdder::sum)
                .description(MeterNames.CONNECTIONS.help())
                .tag("direction", direction.label())
                .register(registry);
        return open;
    }

    private Timer delivery() {
        String name = MeterNames.DELIVERY.exposed();
        return Timer.builder(name.substring(0, name.length() - "_seconds".length()))
                .description(MeterNames.DELIVERY.help())
                .serviceLevelObjectives(DELIVERY_BUCKETS)
                .register(registry);
    }
}
