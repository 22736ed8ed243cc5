package relay.core.delivery;

import java.util.Optional;
import relay.core.address.Domain;
import relay.core.tls.StsPolicy;

/// The MTA-STS policies of domains.
@FunctionalInterface
public interface StsPolicies {
    /// No domain has one.
    StsPolicies NONE = _ -> Optional.empty();

    /// The policy that holds for `domain` now; empty where it has none, or none that can be had
    /// (RFC 8461 §3.3). Blocks where it must be fetched; never throws for what the network does.
    Optional<StsPolicy> of(Domain domain);
}
