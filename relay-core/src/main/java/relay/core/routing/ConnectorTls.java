package relay.core.routing;

import relay.core.tls.TlsOffer;
import relay.core.tls.TlsTerms;

/// The TLS of a send connector beside its level: `terms` are what it demands, `offer` what its hosts
/// are offered.
public record ConnectorTls(TlsTerms terms, TlsOffer offer) {
    /// What is left out demands nothing, and offers what there is.
    public static final ConnectorTls DEFAULT = new ConnectorTls(TlsTerms.NONE, TlsOffer.DEFAULT);
}
