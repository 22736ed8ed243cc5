package relay.server;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import relay.core.delivery.HostFinding;
import relay.core.delivery.PartnerCheck;
import relay.core.delivery.PartnerCheck.HostCheck;
import relay.core.delivery.TlsMemory;
import relay.core.queue.Diagnostic;
import relay.core.tls.CertificateDigests;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.DaneMatch;
import relay.core.tls.Tlsa;
import relay.core.tls.Unmet;
import relay.server.cli.TlsReport;
import relay.server.cli.TlsReport.ChainLink;
import relay.server.cli.TlsReport.Demand;
import relay.server.cli.TlsReport.Host;
import relay.server.cli.TlsReport.TlsaResult;
import relay.server.notice.TlsAdvice;

/// Puts what a look at a partner showed into the words of the command.
final class TlsFindings {
    private TlsFindings() {}

    static TlsReport of(PartnerCheck check, AskedDns dns, TlsMemory memory) {
        return new TlsReport(
                check.domain().name(),
                check.lane().toString(),
                check.verdict().label(),
                check.hosts().stream().map(TlsFindings::host).toList(),
                check.passedOver().stream().map(Diagnostic::toString).toList(),
                notes(check, dns, memory));
    }

    /// Whom the look-ups asked: `ownServers` of the connector, or those of the relay where there
    /// are none.
    record AskedDns(List<String> ownServers, Dnssec dnssec) {
        AskedDns {
            ownServers = List.copyOf(ownServers);
        }
    }

    enum Dnssec {
        VALIDATES,
        DOES_NOT
    }

    private static List<String> notes(PartnerCheck check, AskedDns dns, TlsMemory memory) {
        var notes = new ArrayList<String>();
        List<String> own = dns.ownServers();
        if (!own.isEmpty()) {
            notes.add("its hosts were looked up at " + String.join(", ", own) + " (dnsServers)");
        }
        if (dns.dnssec() == Dnssec.DOES_NOT) {
            notes.add(
                    "DNSSEC vouches for no answer here, so DANE is not seen ("
                            + (own.isEmpty() ? "dns.servers" : "dnsServers")
                            + ")");
        }
        check.hosts().stream()
                .filter(TlsFindings::isWithoutTls)
                .forEach(host ->
                        memory.lastSecured(host.host())
                                .map(last -> host.host() + " had TLS at " + last + ": a downgrade")
                                .forEach(notes::add));
        boolean inClear =
                check.hosts().stream()
                        .map(HostCheck::finding)
                        .anyMatch(finding ->
                                switch (finding) {
                                    case HostFinding.Ready(var evidence) ->
                                            evidence instanceof Evidence.Plaintext;
                                    case HostFinding.NoTls(_, var instead) ->
                                            instead == HostFinding.Instead.GOES_IN_CLEAR;
                                    case HostFinding.DemandsUnmet _, HostFinding.Away _ -> false;
                                });
        check.hosts().forEach(host -> notes.addAll(triedOut(host)));
        if (inClear) {
            notes.add("mail leaves in clear, since nothing demands TLS (a `domains` entry would)");
        }
        return notes;
    }

    /// What the host would miss of a policy that its owner only tries out (RFC 8461 §5).
    private static List<String> triedOut(HostCheck check) {
        List<TlsDemand> tested = check.host().tested();
        return evidence(check.finding()).stream()
                .flatMap(evidence ->
                        tested.stream()
                                .map(demand -> {
                                    List<Unmet> unmet = TlsDemand.unmet(List.of(demand), evidence);
                                    return check.host()
                                            + (unmet.isEmpty()
                                                    ? " meets what is only tried out: " + demand
                                                    : " does not meet what is only tried out, which"
                                                            + " keeps nothing back: "
                                                            + unmet.getFirst());
                                }))
                .toList();
    }

    private static Optional<Evidence> evidence(HostFinding finding) {
        return switch (finding) {
            case HostFinding.Ready(var evidence) -> Optional.of(evidence);
            case HostFinding.DemandsUnmet(_, var evidence) -> Optional.of(evidence);
            case HostFinding.NoTls _, HostFinding.Away _ -> Optional.empty();
        };
    }

    private static boolean isWithoutTls(HostCheck check) {
        return switch (check.finding()) {
            case HostFinding.Ready(var evidence) -> evidence instanceof Evidence.Plaintext;
            case HostFinding.DemandsUnmet(_, var evidence) ->
                    evidence instanceof Evidence.Plaintext;
            case HostFinding.NoTls _ -> true;
            case HostFinding.Away _ -> false;
        };
    }

    private static Host host(HostCheck check) {
        return switch (check.finding()) {
            case HostFinding.Ready(var evidence) -> host(check, evidence, List.of());
            case HostFinding.DemandsUnmet(var unmet, var evidence) -> host(check, evidence, unmet);
            case HostFinding.NoTls(var why, _) -> without(check, why);
            case HostFinding.Away(var why) -> without(check, why);
        };
    }

    private static Host host(HostCheck check, Evidence evidence, List<Unmet> unmet) {
        List<Demand> demands =
                check.host().demands().stream().map(demand -> judged(demand, unmet)).toList();
        return switch (evidence) {
            case Evidence.Plaintext(_, var detail) -> without(check, detail, demands);
            case Evidence.Encrypted tls ->
                    new Host(
                            check.host().toString(),
                            check.finding().verdict().label(),
                            seconds(check.took()),
                            tls.protocol().label(),
                            tls.cipherSuite(),
                            tls.group(),
                            trust(tls.verdict()),
                            tls.chain().isEmpty() ? "" : tls.status().text(),
                            "",
                            demands,
                            tlsa(check, tls.path()),
                            chain(tls));
        };
    }

    private static Host without(HostCheck check, Diagnostic why) {
        String reply = why.remoteReply().isEmpty() ? "" : ": " + why.remoteReply();
        List<Demand> demands =
                check.host().demands().stream()
                        .map(demand -> new Demand(demand.toString(), "unknown", "", ""))
                        .toList();
        return without(check, why.text() + reply, demands);
    }

    private static Host without(HostCheck check, String why, List<Demand> demands) {
        return new Host(
                check.host().toString(),
                check.finding().verdict().label(),
                seconds(check.took()),
                "none",
                "",
                "",
                "",
                "",
                why,
                demands,
                tlsa(check, List.of()),
                List.of());
    }

    private static Demand judged(TlsDemand demand, List<Unmet> unmet) {
        Optional<Unmet> failed =
                unmet.stream().filter(each -> each.demand().equals(demand)).findFirst();
        if (failed.isEmpty()) return new Demand(demand.toString(), "met", "", "");
        Optional<TlsAdvice> advice = TlsAdvice.of(failed.get().toString());
        return new Demand(
                demand.toString(),
                failed.get().shortfall().label(),
                advice.map(TlsAdvice::seen).orElse(failed.get().seen()),
                advice.map(TlsAdvice::remedy).orElse(""));
    }

    private static List<TlsaResult> tlsa(HostCheck check, List<CertificateDigests> path) {
        return check.host().demands().stream()
                .filter(DaneMatch.class::isInstance)
                .map(DaneMatch.class::cast)
                .flatMap(dane ->
                        dane.records().stream()
                                .map(record ->
                                        new TlsaResult(
                                                record.toString(), result(dane, record, path))))
                .toList();
    }

    private static String result(DaneMatch dane, Tlsa record, List<CertificateDigests> path) {
        if (path.isEmpty()) return "unknown";
        return dane.matching(path).contains(record) ? "matches" : "no-match";
    }

    private static String trust(Evidence.ChainVerdict verdict) {
        return switch (verdict) {
            case Evidence.ChainVerdict.Trusted _ -> "trusted";
            case Evidence.ChainVerdict.Expired(var detail) -> "expired: " + detail;
            case Evidence.ChainVerdict.Untrusted(var detail) -> "untrusted: " + detail;
        };
    }

    private static List<ChainLink> chain(Evidence.Encrypted tls) {
        var links = new ArrayList<ChainLink>();
        for (X509Certificate certificate : tls.chain()) {
            links.add(link(certificate, links.isEmpty() ? names(tls) : List.of()));
        }
        return links;
    }

    private static List<String> names(Evidence.Encrypted tls) {
        return tls.presentedNames().stream().sorted().toList();
    }

    private static ChainLink link(X509Certificate certificate, List<String> names) {
        var digests = CertificateDigests.of(certificate);
        return new ChainLink(
                certificate.getSubjectX500Principal().getName(X500Principal.RFC2253),
                certificate.getIssuerX500Principal().getName(X500Principal.RFC2253),
                names,
                certificate.getNotBefore().toInstant().toString(),
                certificate.getNotAfter().toInstant().toString(),
                digests.certificate().sha256(),
                digests.publicKey().sha256());
    }

    private static double seconds(Duration took) {
        return took.toMillis() / 1000.0;
    }
}
