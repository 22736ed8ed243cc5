package relay.core.routing;

import java.time.Instant;
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

    DomainFloor at(Instant now) {
        return new DomainFloor(pattern, origin, tls, terms.at(now));
    }
}
