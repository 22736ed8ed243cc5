package relay.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.config.Configuration;
import relay.core.delivery.ConnectionPlanner;
import relay.core.delivery.DanePolicy;
import relay.core.delivery.Delivery;
import relay.core.delivery.DemandSource;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.StsControl;
import relay.core.delivery.TokenSource;
import relay.core.delivery.TranscriptSink;
import relay.core.event.EventSink;
import relay.core.intake.BackPressure;
import relay.core.routing.PolicyTable;
import relay.core.scheduler.Scheduler;
import relay.core.scheduler.SchedulerLimits;
import relay.core.tls.StsPolicy;
import relay.server.admin.AdminServer;
import relay.server.admin.AdminSources;
import relay.server.alert.AlertDesk;
import relay.server.dns.Dns;
import relay.server.engine.QueueRunner;
import relay.server.listener.CertificateWatch;
import relay.server.listener.ListenerPorts;
import relay.server.listener.ListenerTls;
import relay.server.listener.ServerCertificate;
import relay.server.listener.SmtpListener;
import relay.server.notice.Notices;
import relay.server.oauth.AccessTokens;
import relay.server.outbound.SmtpDialer;
import relay.server.outbound.TrustRoots;
import relay.server.probe.ProbeSchedule;
import relay.server.probe.Prober;
import relay.server.probe.SecuredHosts;
import relay.server.store.SqliteStore;
import relay.server.store.StoreLimits;
import relay.server.sts.StsCache;
import relay.server.telemetry.FanOut;
import relay.server.telemetry.LogEvents;
import relay.server.telemetry.Metrics;
import relay.server.tracking.ProtocolLog;
import relay.server.tracking.TrackingLog;
import relay.server.transport.EventLoops;

/// A running relay: opens every part in the order in which they need each other, and closes them in
/// the reverse order. The one place that names two adapters.
public final class Relay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("relay");

    /// How long sessions under way may take to end, each side, when the relay stops.
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final InstantSource clock = InstantSource.system();
    private final Metrics metrics = new Metrics();
    private final TrackingLog tracking;
    private final ProtocolLog protocol;
    private final EventSink events;
    private final SqliteStore store;
    private final SecuredHosts secured;
    private final EventLoops loops;
    private final SmtpDialer dialer;
    private final SmtpDialer probeDialer;
    private final Prober prober;
    private final ProbeSchedule probes;
    private final Dns dns;
    private final TlsReporting reports;
    private final StsCache sts;
    private final AccessTokens tokens;
    private final QueueRunner runner;
    private final ListenerTls tls;
    private final BackPressure pressure = new BackPressure();
    private final PressureGauge gauge;
    private final CertificateWatch certificateWatch;
    private final ExceptionWatch exceptionWatch;
    private final AlertDesk alerts;
    private final SmtpListener listener;
    private final Readiness readiness;
    private final AdminServer admin;
    private volatile Configuration configuration;
    private volatile PolicyTable policy;

    /// Starts a relay that accepts mail when this returns. `more` hears every event besides log and
    /// metrics. Throws [IOException], [relay.server.store.StoreException] or another exception with
    /// a message for the operator where a part cannot be opened; what was opened is closed again.
    public static Relay start(Configuration configuration, EventSink more) throws IOException {
        var opened = new OpenParts();
        try {
            return new Relay(configuration, more, opened);
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private Relay(Configuration configuration, EventSink more, OpenParts opened)
            throws IOException {
        this.configuration = configuration;
        this.policy = configuration.policyTable(clock.instant());
        opened.add(metrics);
        var seen = new FanOut(List.of(new LogEvents(), metrics, more));
        tracking = opened.add(tracking(configuration, seen));
        events = new FanOut(List.of(tracking, seen));
        protocol = opened.add(protocol(configuration, seen));
        metrics.watchTracking(tracking::lost);
        metrics.configured(configuration.receiveConnectors(), policy);
        var handover = new Handover();
        store =
                opened.add(
                        SqliteStore.open(
                                configuration.dataFolder(),
                                StoreLimits.forHeap(Runtime.getRuntime().maxMemory()),
                                clock,
                                handover,
                                events));
        // Not before the store has the folder for itself.
        tracking.start();
        TrustRoots roots = Outfit.roots(configuration);
        secured = opened.add(SecuredHosts.kept(configuration.dataFolder(), clock));
        loops = opened.add(EventLoops.open("mail", Runtime.getRuntime().availableProcessors()));
        dialer = opened.add(dialer(roots, DialogueTimeouts.DEFAULT, protocol));
        dns = opened.add(Outfit.dns(configuration, clock));
        reports = opened.add(reports(roots));
        sts = opened.add(policies(roots));
        probeDialer = opened.add(dialer(roots, Prober.TIMEOUTS, TranscriptSink.NONE));
        prober = opened.add(new Prober(looks(), probeDialer));
        probes =
                opened.add(
                        new ProbeSchedule(domain -> prober.check(domain, policy), events, clock));
        tokens = opened.add(tokens());
        runner = runner();
        handover.to(runner);
        opened.add(runner::stop);
        gauge = opened.add(gauge());
        tls = new ListenerTls(Certificates.read(configuration, clock));
        certificateWatch = opened.add(certificateWatch());
        exceptionWatch =
                opened.add(new ExceptionWatch(() -> policy.exceptions(), this::adopt, clock));
        listener = opened.add(listener());
        readiness = readiness();
        alerts = opened.add(alerts(roots));
        watch();
        admin = opened.add(AdminServer.start(configuration.adminListen(), adminSources()));
        runner.start();
        certificateWatch.start();
        exceptionWatch.start();
        reports.start();
        gauge.start();
        listener.reconfigure(configuration.receiveConnectors());
        probes.adopt(orders(configuration));
        readiness.started();
        alerts.start();
        LOG.info("ready: accepting mail on {}, admin on {}", listener.addresses(), admin.address());
    }

    private StsCache policies(TrustRoots roots) throws IOException {
        return StsCache.open(
                configuration.dataFolder(),
                dns.resolver(),
                roots.certificates(),
                new FanOut(List.of(events, reports)),
                clock);
    }

    private TlsReporting reports(TrustRoots roots) {
        return new TlsReporting(
                configuration, roots, dns.resolver(), this::keptSts, store, () -> policy, clock);
    }

    private Optional<StsPolicy> keptSts(String domain) {
        return sts.kept().stream()
                .filter(kept -> kept.domain().name().equals(domain))
                .map(StsControl.KeptPolicy::policy)
                .findFirst();
    }

    private void watch() {
        metrics.watchQueue(runner, store, clock);
        metrics.watchCertificates(tls::expiries, clock);
        metrics.watchExceptions(() -> policy.exceptions(), clock);
        metrics.watchReadiness(readiness::obstacles);
        metrics.watchPressure(() -> pressure.state().level().number());
        metrics.watchDnssec(dns::validates);
        metrics.watchProbes(probes::latest, clock);
        metrics.watchStsPolicies(sts::count);
    }

    private PressureGauge gauge() {
        return new PressureGauge(
                configuration.dataFolder(), () -> configuration.limits(), pressure, runner);
    }

    private AlertDesk alerts(TrustRoots roots) {
        var known =
                new AlertReadings.Sources(
                        tls::expiries, probes::latest, readiness::obstacles, pressure::state);
        return new AlertDesk(
                configuration.hostname().name(),
                () -> configuration.alerts(),
                new AlertReadings(runner, store, known, clock),
                roots.tls(),
                events);
    }

    private SmtpListener listener() {
        var timed = new TimedStore(store, gauge.commits());
        var ports = new ListenerPorts(() -> policy, timed, events, clock, pressure);
        return new SmtpListener(loops, configuration.hostname(), ports, tls);
    }

    private Readiness readiness() {
        return new Readiness(
                store::health,
                pressure::state,
                runner::isRunning,
                () -> !listener.addresses().isEmpty());
    }

    /// Where it accepts mail.
    public List<InetSocketAddress> addresses() {
        return listener.addresses();
    }

    /// Where its admin port is.
    public InetSocketAddress adminAddress() {
        return admin.address();
    }

    /// Puts a configuration in force for all that begins from now on: all of it, or, where a part
    /// of it cannot be opened, nothing. Sessions that are open go on as they are.
    public synchronized void reload(Configuration changed) throws IOException {
        List<ServerCertificate> certificates = Certificates.read(changed, clock);
        List<String> later = NeedsRestart.keys(configuration, changed);
        // Whoever is accepted by the new connectors leaves by the new policy, and was shown the new
        // certificates. The other way round a demand that is new could be missed.
        listener.reconfigure(
                changed.receiveConnectors(),
                () -> {
                    tls.use(certificates);
                    configuration = changed;
                    adopt();
                });
        probes.adopt(orders(changed));
        LOG.info("configuration reloaded: accepting mail on {}", listener.addresses());
        if (!later.isEmpty()) {
            LOG.warn("these changes need a restart: {}", String.join(", ", later));
        }
    }

    /// What is in force is the configuration without the exceptions that are over. What it demands is
    /// demanded before mail is routed by it.
    private synchronized void adopt() {
        PolicyTable changed = configuration.policyTable(clock.instant());
        runner.adopt(changed);
        policy = changed;
        metrics.configured(configuration.receiveConnectors(), changed);
        dns.adopt(configuration.sendConnectors());
    }

    /// Stops in good order: no new mail, then no new attempts; what is under way may end within a
    /// limit, and nothing that was acknowledged is lost.
    @Override
    public void close() {
        if (readiness.isStopping()) return;
        readiness.stops();
        LOG.info("stopping");
        try (tracking;
                protocol;
                metrics;
                store;
                dns;
                reports;
                sts;
                tokens;
                dialer;
                secured;
                probeDialer;
                loops;
                prober;
                probes;
                admin;
                certificateWatch;
                exceptionWatch;
                alerts;
                gauge;
                listener) {
            listener.drain(DRAIN);
            drainDeliveries();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("stopped");
    }

    private void drainDeliveries() throws InterruptedException {
        if (!runner.drain(DRAIN)) LOG.info("deliveries still under way are tried again next time");
        runner.stop();
    }

    private TrackingLog tracking(Configuration configuration, EventSink troubles) {
        Configuration.LogBounds kept = configuration.tracking();
        return TrackingLog.in(
                configuration.dataFolder(), kept.maxAge(), kept.maxSizeBytes(), clock, troubles);
    }

    private ProtocolLog protocol(Configuration configuration, EventSink troubles) {
        Configuration.LogBounds kept = configuration.protocolLog();
        return ProtocolLog.in(
                configuration.dataFolder(), kept.maxAge(), kept.maxSizeBytes(), clock, troubles);
    }

    private SmtpDialer dialer(TrustRoots roots, DialogueTimeouts timeouts, TranscriptSink log) {
        String name = configuration.hostname().name();
        return new SmtpDialer(loops, name, roots, store, events, timeouts, log, clock);
    }

    private AccessTokens tokens() throws IOException {
        return new AccessTokens(
                Outfit.roots(configuration).tls(),
                configuration.dataFolder().resolve("oauth"),
                clock);
    }

    private ConnectionPlanner looks() {
        return Outfit.planner(configuration, dns, sts, TokenSource.UNTOLD);
    }

    private QueueRunner runner() {
        DemandSource dane = reports.watching(new DanePolicy(dns));
        ConnectionPlanner planner = Outfit.planner(configuration, dns, dane, sts, tokens);
        var notices = new Notices(configuration.hostname(), store::newId, store);
        return new QueueRunner(
                new Scheduler(SchedulerLimits.DEFAULT, policy),
                policy,
                store,
                new Sessions(new Delivery(planner, dialer, events, secured, reports)),
                new NoticeRules(notices, () -> policy, clock),
                events,
                clock);
    }

    private static List<ProbeSchedule.Order> orders(Configuration configuration) {
        return configuration.probes().stream()
                .map(probe -> new ProbeSchedule.Order(probe.entry(), probe.domain(), probe.every()))
                .toList();
    }

    private CertificateWatch certificateWatch() {
        return new CertificateWatch(
                () -> Certificates.files(configuration),
                () -> tls.use(Certificates.read(configuration, clock)),
                events);
    }

    private AdminSources adminSources() {
        return new AdminSources(
                runner,
                store,
                sts,
                () -> policy,
                readiness::obstacles,
                metrics::scrape,
                Metrics.CONTENT_TYPE,
                List.of(configuration.hostname().name()),
                configuration.dataFolder(),
                store,
                store::backUp,
                new ReplayDesk(store, () -> policy, events, clock),
                clock);
    }
}
