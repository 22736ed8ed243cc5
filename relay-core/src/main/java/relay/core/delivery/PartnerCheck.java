package relay.core.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.delivery.HostFinding.Verdict;
import relay.core.queue.Diagnostic;
import relay.core.routing.Lane;
import relay.core.tls.Evidence;

/// What a look at every host showed that mail for `domain` would try now. `passedOver` says why
/// hosts, or all of them, cannot be tried. `hosts` are in the order of a delivery.
public record PartnerCheck(
        Domain domain, Lane lane, List<HostCheck> hosts, List<Diagnostic> passedOver) {

    /// `took` is from the first packet to the last.
    public record HostCheck(HostPlan host, HostFinding finding, Duration took) {}

    public PartnerCheck {
        hosts = List.copyOf(hosts);
        passedOver = List.copyOf(passedOver);
    }

    /// Met where every host that answers meets every demand, and one does. A host that does not
    /// answer proves nothing; one that fails a demand will stop mail on the day when it is the only
    /// one up.
    public Verdict verdict() {
        if (has(Verdict.NOT_MET)) return Verdict.NOT_MET;
        return has(Verdict.MET) ? Verdict.MET : Verdict.NOT_REACHED;
    }

    private boolean has(Verdict verdict) {
        return hosts.stream().anyMatch(check -> check.finding().verdict() == verdict);
    }

    /// What every host showed that answered.
    public List<Evidence> evidence() {
        return hosts.stream().flatMap(check -> evidence(check.finding())).toList();
    }

    private static Stream<Evidence> evidence(HostFinding finding) {
        return switch (finding) {
            case HostFinding.Ready(var evidence) -> Stream.of(evidence);
            case HostFinding.DemandsUnmet(_, var evidence) -> Stream.of(evidence);
            case HostFinding.NoTls _, HostFinding.Away _ -> Stream.of();
        };
    }

    /// When the first certificate of any host's chain ends; none where no host showed one.
    public Stream<Instant> firstExpiry() {
        return evidence().stream()
                .filter(Evidence.Encrypted.class::isInstance)
                .flatMap(tls -> ((Evidence.Encrypted) tls).chain().stream())
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .stream();
    }
}
