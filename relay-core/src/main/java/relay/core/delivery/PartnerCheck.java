package relay.core.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.queue.Diagnostic;
import relay.core.routing.Lane;
import relay.core.tls.Evidence;
import relay.core.tls.PolicyVerdict;

/// What a look at every host showed that mail for `domain` would try now. `passedOver` says why
/// hosts, or all of them, cannot be tried. `hosts` are in the order of a delivery.
public record PartnerCheck(
        Domain domain, Lane lane, List<HostCheck> hosts, List<Diagnostic> passedOver) {

    /// `took` is from the first packet to the last.
    public record HostCheck(HostPlan host, HostFinding finding, Duration took) {}

    /// A check, and when it was made.
    public record Dated(PartnerCheck check, Instant at) {}

    public PartnerCheck {
        hosts = List.copyOf(hosts);
        passedOver = List.copyOf(passedOver);
    }

    /// Met where every host that answers meets every demand, and one does. A host that does not
    /// answer proves nothing; one that fails a demand will stop mail on the day when it is the only
    /// one up.
    public PolicyVerdict verdict() {
        if (has(PolicyVerdict.NOT_MET)) return PolicyVerdict.NOT_MET;
        return has(PolicyVerdict.MET) ? PolicyVerdict.MET : PolicyVerdict.NOT_REACHED;
    }

    private boolean has(PolicyVerdict verdict) {
        return hosts.stream().anyMatch(check -> check.finding().verdict() == verdict);
    }

    /// Why the verdict is no better; empty where the policy is met.
    public String why() {
        if (verdict() == PolicyVerdict.MET) return "";
        Stream<String> hosts =
                this.hosts.stream()
                        .filter(check -> check.finding().verdict() == verdict())
                        .map(check -> check.host() + ": " + why(check.finding()));
        Stream<String> others = passedOver.stream().map(Diagnostic::toString);
        return Stream.concat(hosts, others).findFirst().orElse("no host");
    }

    private static String why(HostFinding finding) {
        return switch (finding) {
            case HostFinding.Ready _ -> "";
            case HostFinding.DemandsUnmet(var unmet, _) -> unmet.getFirst().toString();
            case HostFinding.NoTls(var why, _) -> why.text();
            case HostFinding.Away(var why) -> why.text();
        };
    }

    /// Whether any host answered.
    public boolean isReachable() {
        return hosts.stream().anyMatch(check -> !(check.finding() instanceof HostFinding.Away));
    }

    /// Whether every host that answered came to TLS.
    public boolean hasTls() {
        return isReachable()
                && hosts.stream()
                        .map(HostCheck::finding)
                        .filter(finding -> !(finding instanceof HostFinding.Away))
                        .allMatch(finding ->
                                evidence(finding).anyMatch(Evidence.Encrypted.class::isInstance));
    }

    /// When the first of the hosts' own certificates ends; none where no host showed one.
    public Stream<Instant> firstExpiry() {
        return hosts.stream()
                .flatMap(check -> evidence(check.finding()))
                .filter(Evidence.Encrypted.class::isInstance)
                .flatMap(tls -> ((Evidence.Encrypted) tls).chain().stream().limit(1))
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .stream();
    }

    private static Stream<Evidence> evidence(HostFinding finding) {
        return switch (finding) {
            case HostFinding.Ready(var evidence) -> Stream.of(evidence);
            case HostFinding.DemandsUnmet(_, var evidence) -> Stream.of(evidence);
            case HostFinding.NoTls _, HostFinding.Away _ -> Stream.of();
        };
    }
}
