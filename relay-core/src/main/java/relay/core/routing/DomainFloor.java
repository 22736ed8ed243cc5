package relay.core.routing;

import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsTerms;

/// A `domains` entry: the TLS that mail for these domains must have, whichever connector carries
/// it. `terms` add to its level.
public record DomainFloor(
        DomainPattern pattern, Origin origin, TlsRequirement tls, TlsTerms terms) {

    /// Where nothing is demanded beside the level.
    public DomainFloor(DomainPattern pattern, Origin origin, TlsRequirement tls) {
        this(pattern, origin, tls, TlsTerms.NONE);
    }
}
