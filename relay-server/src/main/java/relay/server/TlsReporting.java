package relay.server;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import relay.config.Configuration;
import relay.core.delivery.DemandSource;
import relay.core.delivery.HostPlan;
import relay.core.delivery.Resolver;
import relay.core.delivery.SessionLedger;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.MessageStore;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.tls.Evidence;
import relay.core.tls.StsPolicy;
import relay.server.outbound.TrustRoots;
import relay.server.report.DkimSignature;
import relay.server.report.Reporter;
import relay.server.report.Reporting;

/// TLS reports, where the configuration wants them (RFC 8460), and nothing where it does not.
///
/// Nothing of it is on the way of mail: the event loops count in memory.
final class TlsReporting implements SessionLedger, EventSink, AutoCloseable {
    private final List<Reporter> reporters;

    /// `store` takes the mail, by the routes of `policy`; `kept` has MTA-STS policies without
    /// fetching.
    TlsReporting(
            Configuration configuration,
            TrustRoots roots,
            Resolver resolver,
            Function<String, Optional<StsPolicy>> kept,
            MessageStore store,
            Supplier<PolicyTable> policy,
            InstantSource clock) {
        reporters =
                configuration.tlsReports().stream()
                        .map(wanted -> {
                            var outbox = new ReportOutbox(wanted.contact(), store, policy, clock);
                            var parts =
                                    new Reporter.Parts(
                                            reporting(wanted),
                                            configuration.hostname(),
                                            resolver,
                                            kept,
                                            outbox,
                                            roots.tls(),
                                            new SecureRandom(),
                                            clock);
                            return new Reporter(configuration.dataFolder(), parts);
                        })
                        .toList();
    }

    private static Reporting reporting(Configuration.TlsReports wanted) {
        List<DkimSignature> signature =
                wanted.dkim().stream()
                        .map(dkim ->
                                new DkimSignature(
                                        wanted.contact().domain(), dkim.selector(), dkim.key()))
                        .toList();
        return new Reporting(wanted.contact(), wanted.organization(), signature);
    }

    void start() {
        reporters.forEach(Reporter::start);
    }

    @Override
    public void session(Lane lane, HostPlan host, Evidence evidence) {
        reporters.forEach(reporter -> reporter.ledger().session(lane, host, evidence));
    }

    @Override
    public void on(RelayEvent event) {
        reporters.forEach(reporter -> reporter.ledger().on(event));
    }

    /// `dane`, and an account of its look-ups that fail.
    DemandSource watching(DemandSource dane) {
        DemandSource watched = dane;
        for (Reporter reporter : reporters) watched = reporter.ledger().watching(watched);
        return watched;
    }

    @Override
    public void close() {
        reporters.forEach(Reporter::close);
    }
}
