package relay.core.routing;

import relay.core.tls.TlsRequirement;

/// A `domains` entry: the TLS that mail for these domains must have, whichever connector carries
/// it.
public record DomainFloor(DomainPattern pattern, Origin origin, TlsRequirement tls) {}
