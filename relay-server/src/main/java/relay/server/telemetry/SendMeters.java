package relay.server.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import relay.core.queue.Diagnostic.Reason;
import relay.core.routing.SendConnector;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.TlsDemand.Source.Kind;
import relay.core.tls.TlsRequirement;
import relay.core.tls.Unmet.Shortfall;

/// The counters of one send connector, each looked up in the registry once. Any thread.
final class SendMeters {
    private static final String NO_TLS = "none";

    private record TlsFailure(Kind demand, Shortfall reason) {}

    private final MeterRegistry registry;
    private final String connector;
    private final Counter bounced;
    private final Counter poison;
    private final Counter failedOver;
    private final Counter plaintextFallbacks;
    private final Counter tlsDowngrades;
    private final Counter deliveredInClear;
    private final Map<TlsVersion, Counter> delivered = new ConcurrentHashMap<>();
    private final Map<Reason, Counter> deferred = new EnumMap<>(Reason.class);
    private final Map<TlsFailure, Counter> tlsFailures = new ConcurrentHashMap<>();

    SendMeters(MeterRegistry registry, String connector) {
        this.registry = registry;
        this.connector = connector;
        bounced = counter(MeterNames.BOUNCED).register(registry);
        poison = counter(MeterNames.POISON).register(registry);
        failedOver = counter(MeterNames.FAILED_OVER).register(registry);
        plaintextFallbacks = counter(MeterNames.PLAINTEXT_FALLBACKS).register(registry);
        tlsDowngrades = counter(MeterNames.TLS_DOWNGRADES).register(registry);
        deliveredInClear = delivered(NO_TLS);
        delivered(TlsVersion.TLS_1_2);
        delivered(TlsVersion.TLS_1_3);
        for (Reason reason : Reason.values()) {
            Counter.Builder counter = counter(MeterNames.DEFERRED).tag("reason", reason.label());
            deferred.put(reason, counter.register(registry));
        }
    }

    /// Begins at 0 every TLS failure that the connector itself can come to have, and where there is
    /// a `domains` entry those of the floor, so that a rate exists before the first failure.
    void expectTlsFailures(SendConnector configured, Floors floors) {
        if (!(configured.tls() instanceof TlsRequirement.None)) expectTlsFailures(Kind.CONNECTOR);
        if (floors == Floors.SOME) expectTlsFailures(Kind.DOMAIN);
        if (configured.identity().isPresent()) expectTlsFailures(Kind.AUTHENTICATION);
    }

    /// Whether the configuration has a `domains` entry.
    enum Floors {
        SOME,
        NONE
    }

    private void expectTlsFailures(Kind demand) {
        for (Shortfall reason : Shortfall.values()) tlsFailure(demand, reason);
    }

    void countDelivered(Evidence evidence) {
        switch (evidence) {
            case Evidence.Plaintext _ -> deliveredInClear.increment();
            case Evidence.Encrypted tls -> delivered(tls.protocol()).increment();
        }
    }

    void countDeferred(Reason reason) {
        Optional.ofNullable(deferred.get(reason)).ifPresent(Counter::increment);
    }

    void countTlsFailure(Kind demand, Shortfall reason) {
        tlsFailure(demand, reason).increment();
    }

    /// A policy that is only tried out was not met.
    void countTest(Shortfall reason) {
        counter(MeterNames.STS_TESTS).tag("reason", reason.label()).register(registry).increment();
    }

    void countBounced() {
        bounced.increment();
    }

    void countPoison() {
        poison.increment();
    }

    void countFailedOver() {
        failedOver.increment();
    }

    void countPlaintextFallback() {
        plaintextFallbacks.increment();
    }

    void countTlsDowngrade() {
        tlsDowngrades.increment();
    }

    private Counter delivered(TlsVersion version) {
        return delivered.computeIfAbsent(version, _ -> delivered(version.label()));
    }

    private Counter delivered(String tls) {
        return counter(MeterNames.DELIVERED).tag("tls", tls).register(registry);
    }

    private Counter tlsFailure(Kind demand, Shortfall reason) {
        return tlsFailures.computeIfAbsent(
                new TlsFailure(demand, reason),
                _ ->
                        counter(MeterNames.TLS_FAILURES)
                                .tag("demand", demand.label())
                                .tag("reason", reason.label())
                                .register(registry));
    }

    private Counter.Builder counter(MeterNames name) {
        return Counter.builder(name.counter()).description(name.help()).tag("connector", connector);
    }
}
