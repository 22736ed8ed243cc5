package relay.core.delivery;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.routing.SendConnector;
import relay.core.tls.StsPolicy;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.StsMatch;

/// What a domain demands of its MX hosts by its MTA-STS policy (RFC 8461 §5): in mode `enforce`
/// that the policy lists the host and that its certificate is trusted and for its name; in mode
/// `testing` the same, and that is only watched. Blocks where the policy must be fetched. Any
/// number of threads may share it.
public record StsDemands(StsPolicies policies) implements DemandSource {

    @Override
    public Answer ask(Target target) {
        return policyDomain(target)
                .flatMap(domain ->
                        policies.of(domain)
                                .map(policy -> answer(domain, policy, target.hostName())))
                .orElse(Answer.NOTHING);
    }

    private static Answer answer(Domain domain, StsPolicy policy, String host) {
        List<TlsDemand> match = List.of(match(domain, policy, host));
        return switch (policy.mode()) {
            case ENFORCE -> new Answer.Demands(match);
            case TESTING -> new Answer.Demands(List.of(), match);
            case NONE -> Answer.NOTHING;
        };
    }

    static StsMatch match(Domain domain, StsPolicy policy, String host) {
        return new StsMatch(new Source(Source.Kind.STS, domain.name()), host, policy.mx());
    }

    /// The recipients' domain; for a smart host its own name (RFC 8461 §3.4). An address has no
    /// policy.
    private static Optional<Domain> policyDomain(Target target) {
        return target.connector().isDnsRouted()
                ? named(target.lane().nextHop())
                : named(target.hostName());
    }

    /// The domains whose policies matter for mail to `recipients` by this connector.
    static Stream<Domain> policyDomains(Domain recipients, SendConnector connector) {
        return connector.isDnsRouted()
                ? named(recipients.name()).stream()
                : connector.smartHosts().stream().flatMap(host -> named(host.host()).stream());
    }

    private static Optional<Domain> named(String name) {
        return IpRange.address(name).isPresent()
                ? Optional.empty()
                : Domain.parse(name).filter(domain -> !domain.isAddressLiteral());
    }
}
