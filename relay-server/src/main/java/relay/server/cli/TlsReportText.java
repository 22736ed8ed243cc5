package relay.server.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import relay.server.cli.TlsReport.ChainLink;
import relay.server.cli.TlsReport.Demand;
import relay.server.cli.TlsReport.Host;
import relay.server.cli.TlsReport.TlsaResult;

/// A report for people: a paragraph for each host, a label before each line. Pure.
record TlsReportText(TlsReport report, Instant now) {
    private static final int MAX_NAMES = 5;

    List<String> lines() {
        var lines = new ArrayList<String>();
        for (Host host : report.hosts()) {
            describe(host, lines);
            lines.add("");
        }
        report.passedOver().forEach(why -> add(lines, "not tried", why));
        report.notes().forEach(note -> add(lines, "note", note));
        lines.add(report.domain() + " by " + report.lane() + ": " + words(report.verdict()));
        return lines;
    }

    private void describe(Host host, List<String> lines) {
        String took = String.format(Locale.ROOT, "%.3f s", host.seconds());
        lines.add(host.host() + ": " + words(host.verdict()) + ", " + took);
        add(lines, "TLS", tls(host));
        if (host.demands().isEmpty()) add(lines, "demands", "none: TLS is opportunistic");
        host.demands().forEach(demand -> describe(demand, lines));
        host.tlsa().forEach(tlsa -> add(lines, "TLSA", describe(tlsa)));
        if (!host.chain().isEmpty()) describe(host, host.chain(), lines);
    }

    private static String tls(Host host) {
        if (host.cipher().isEmpty()) return host.tls() + ": " + host.trouble();
        return (host.tls() + " " + host.cipher() + " " + host.group()).strip();
    }

    private static void describe(Demand demand, List<String> lines) {
        add(lines, "demand", demand.demand() + ": " + demand.result());
        if (!demand.seen().isEmpty()) add(lines, "  seen", demand.seen());
        if (!demand.remedy().isEmpty()) add(lines, "  to mend", demand.remedy());
    }

    private static String describe(TlsaResult tlsa) {
        return tlsa.record()
                + switch (tlsa.result()) {
                    case "matches" -> ": matches";
                    case "no-match" -> ": does not match";
                    default -> "";
                };
    }

    private void describe(Host host, List<ChainLink> chain, List<String> lines) {
        add(lines, "certificate", host.trust());
        add(lines, "  OCSP", host.ocsp());
        ChainLink own = chain.getFirst();
        add(lines, "  names", names(own));
        add(lines, "  SHA-256", own.sha256());
        add(lines, "  its key's", own.keySha256());
        for (ChainLink certificate : chain) {
            add(lines, "  subject", certificate.subject());
            add(lines, "  dates", dates(certificate));
        }
        add(lines, "  issuer", chain.getLast().issuer());
    }

    private static String names(ChainLink certificate) {
        List<String> names = certificate.names();
        if (names.isEmpty()) return "none";
        int more = names.size() - MAX_NAMES;
        String shown = String.join(", ", names.subList(0, Math.min(MAX_NAMES, names.size())));
        return more > 0 ? shown + " and " + more + " more" : shown;
    }

    private String dates(ChainLink certificate) {
        var left = Duration.between(now, Instant.parse(certificate.notAfter()));
        String state =
                left.isNegative()
                        ? "ended " + Words.span(left.negated()) + " ago"
                        : Words.span(left) + " left";
        return certificate.notBefore() + " to " + certificate.notAfter() + ", " + state;
    }

    private static String words(String verdict) {
        return switch (verdict) {
            case "met" -> "our policy is met";
            case "not-met" -> "OUR POLICY IS NOT MET";
            default -> "NOT REACHED, so that nothing can be said";
        };
    }

    private static void add(List<String> lines, String label, String value) {
        lines.add("  %-13s %s".formatted(label, value));
    }
}
