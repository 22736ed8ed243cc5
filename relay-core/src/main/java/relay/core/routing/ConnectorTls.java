package relay.core.routing;

import relay.core.tls.TlsTerms;

/// The TLS of a send connector beside its level: `terms` are what it demands.
public record ConnectorTls(TlsTerms terms) {
    /// What is left out demands nothing.
    public static final ConnectorTls DEFAULT = new ConnectorTls(TlsTerms.NONE);
}
