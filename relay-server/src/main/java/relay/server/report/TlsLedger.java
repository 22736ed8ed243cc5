package relay.server.report;

import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.delivery.DemandSource;
import relay.core.delivery.HostPlan;
import relay.core.delivery.SessionLedger;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.StsFetch;
import relay.core.routing.Lane;
import relay.core.tls.Evidence;
import relay.core.tls.MessageTls;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Source.Kind;
import relay.core.tls.Unmet;
import relay.server.report.Tally.Failure;
import relay.server.report.Tally.Policy;

/// Counts the sessions of each UTC day for the reports of RFC 8460. What it hears is counted in memory;
/// [#save] puts it on disk, so that a crash costs a report some sessions and mail nothing. Any
/// thread.
///
/// Sessions for messages that say `TLS-Required: No` are not counted: no policy is followed there,
/// and the reports themselves are such (RFC 8460 §3).
public final class TlsLedger implements SessionLedger, EventSink {
    static final String NO_POLICY = "no-policy-found";
    static final String STS = "sts";
    static final String TLSA = "tlsa";

    private final DayFiles files;
    private final InstantSource clock;
    private final Map<LocalDate, Tally> days = new TreeMap<>();

    TlsLedger(DayFiles files, InstantSource clock) {
        this.files = files;
        this.clock = clock;
        LocalDate today = today();
        days.put(today, Tally.of(files.read(today)));
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private Tally tally() {
        return days.computeIfAbsent(today(), _ -> new Tally());
    }

    @Override
    public void session(Lane lane, HostPlan host, Evidence evidence) {
        if (lane.messageTls() == MessageTls.NOT_REQUIRED) return;
        domain(lane, host.hostName()).ifPresent(domain -> count(domain, host, evidence));
    }

    private synchronized void count(String domain, HostPlan host, Evidence evidence) {
        List<TlsDemand> published =
                Stream.concat(host.demands().stream(), host.tested().stream())
                        .filter(TlsLedger::isPublished)
                        .toList();
        for (TlsDemand demand : published) {
            count(domain, policy(demand, host), host, failed(demand, evidence));
        }
        if (published.isEmpty()) {
            var none = new Policy(NO_POLICY, domain, List.of(), List.of());
            count(domain, none, host, failed(host.demands(), evidence));
        }
    }

    private void count(String domain, Policy policy, HostPlan host, Optional<Reason> failed) {
        if (failed.isEmpty()) {
            tally().success(domain, policy);
            return;
        }
        Reason reason = failed.get();
        String ip = host.address().getHostAddress();
        var failure = new Failure(reason.result(), host.hostName(), ip, reason.word());
        tally().failure(domain, policy, failure);
    }

    private static boolean isPublished(TlsDemand demand) {
        Kind kind = demand.source().kind();
        return kind == Kind.DANE || kind == Kind.STS;
    }

    private static Policy policy(TlsDemand demand, HostPlan host) {
        return switch (demand) {
            case TlsDemand.StsMatch(var source, _, var mx) -> {
                var strings = new ArrayList<>(List.of("version: STSv1"));
                String mode = host.demands().contains(demand) ? "enforce" : "testing";
                strings.add("mode: " + mode);
                mx.forEach(pattern -> strings.add("mx: " + pattern));
                yield new Policy(STS, source.name(), strings, mx);
            }
            case TlsDemand.DaneMatch(_, var name, var records, _) ->
                    new Policy(
                            TLSA,
                            name,
                            records.stream()
                                    .map(tlsa ->
                                            "%d %d %d %s"
                                                    .formatted(
                                                            tlsa.usage(),
                                                            tlsa.selector(),
                                                            tlsa.matchingType(),
                                                            tlsa.data()))
                                    .toList(),
                            List.of(host.hostName()));
            // Records of which none can be used.
            case TlsDemand.Encryption _,
                    TlsDemand.TrustedChain _,
                    TlsDemand.TrustedName _,
                    TlsDemand.Pinned _,
                    TlsDemand.MinVersion _,
                    TlsDemand.OneOfSuites _,
                    TlsDemand.Legacy _ ->
                    new Policy(TLSA, host.hostName(), List.of(), List.of(host.hostName()));
        };
    }

    private record Reason(String result, String word) {}

    private static Optional<Reason> failed(TlsDemand demand, Evidence evidence) {
        Optional<Reason> unmet = failed(List.of(demand), evidence);
        boolean unusable = unmet.isEmpty() && demand instanceof TlsDemand.Encryption;
        return unusable ? Optional.of(new Reason("tlsa-invalid", "no usable record")) : unmet;
    }

    private static Optional<Reason> failed(List<TlsDemand> demands, Evidence evidence) {
        Optional<Unmet.Shortfall> unmet =
                TlsDemand.unmet(demands, evidence).stream().map(Unmet::shortfall).findFirst();
        Optional<Unmet.Shortfall> why =
                switch (evidence) {
                    case Evidence.Plaintext(var shortfall, _) ->
                            unmet.or(() -> Optional.of(shortfall));
                    case Evidence.Encrypted _ -> unmet;
                };
        return why.map(shortfall -> new Reason(result(shortfall), shortfall.label()));
    }

    /// RFC 8460 §4.3.
    private static String result(Unmet.Shortfall shortfall) {
        return switch (shortfall) {
            case NOT_OFFERED, REFUSED -> "starttls-not-supported";
            case EXPIRED -> "certificate-expired";
            case UNTRUSTED, REVOKED, OCSP_INVALID, OCSP_MISSING -> "certificate-not-trusted";
            case NAME_MISMATCH -> "certificate-host-mismatch";
            case HANDSHAKE_FAILED,
                    OLD_PROTOCOL,
                    SUITE_MISMATCH,
                    TLSA_MISMATCH,
                    PIN_MISMATCH,
                    MX_MISMATCH,
                    REQUIRETLS_NOT_OFFERED ->
                    "validation-failure";
        };
    }

    /// A policy that could not be had (RFC 8460 §4.3.2.2); all else was counted with its session.
    @Override
    public void on(RelayEvent event) {
        if (!(event instanceof StsFetch(var domain, var result, var detail))) return;
        switch (result) {
            case FETCHED -> {}
            case FAILED -> stsFailed(domain, "sts-policy-fetch-error", detail);
            case UNTRUSTED -> stsFailed(domain, "sts-webpki-invalid", detail);
            case INVALID -> stsFailed(domain, "sts-policy-invalid", detail);
        }
    }

    private synchronized void stsFailed(Domain domain, String result, String detail) {
        var policy = new Policy(STS, domain.name(), List.of(), List.of());
        tally().failure(domain.name(), policy, new Failure(result, "", "", detail));
    }

    /// The same policy of TLSA records, which also counts the look-ups that fail.
    public DemandSource watching(DemandSource dane) {
        return target -> {
            DemandSource.Answer answer = dane.ask(target);
            if (answer instanceof DemandSource.Answer.NotNow(var why)) {
                domain(target.lane(), target.hostName())
                        .ifPresent(domain -> daneFailed(domain, target.hostName(), why.text()));
            }
            return answer;
        };
    }

    private synchronized void daneFailed(String domain, String host, String detail) {
        var policy = new Policy(TLSA, host, List.of(), List.of(host));
        tally().failure(domain, policy, new Failure("dnssec-invalid", host, "", detail));
    }

    /// Who hears of it: the recipients' domain, or the smart host. An address has nobody.
    private static Optional<String> domain(Lane lane, String hostName) {
        String domain = lane.nextHop().equals(Lane.SMART_HOSTS) ? hostName : lane.nextHop();
        return IpRange.address(domain).isPresent() || domain.startsWith("[")
                ? Optional.empty()
                : Optional.of(domain);
    }

    /// Puts what was counted on disk. One thread at a time.
    void save() {
        Map<LocalDate, List<Tally.Row>> counted = new TreeMap<>();
        synchronized (this) {
            days.forEach((day, tally) -> counted.put(day, tally.rows()));
            LocalDate today = today();
            // What is over has one owner from now on: the file.
            days.keySet().removeIf(day -> !day.equals(today));
        }
        counted.forEach(files::write);
    }
}
