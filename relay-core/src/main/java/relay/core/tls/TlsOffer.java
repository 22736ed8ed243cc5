package relay.core.tls;

import java.util.List;

/// What we bring to a handshake: a certificate of our own for hosts that ask for one, or none, and
/// the groups for the key exchange, the most wanted first. It demands nothing, and can lower nothing.
public record TlsOffer(List<ClientCertificate> clientCertificate, List<KeyExchangeGroup> groups) {
    public static final TlsOffer DEFAULT = new TlsOffer(List.of(), KeyExchangeGroup.ALL);

    public TlsOffer {
        clientCertificate = List.copyOf(clientCertificate);
        groups = List.copyOf(groups);
        if (clientCertificate.size() > 1)
            throw new IllegalArgumentException("one certificate at the most");
        if (groups.isEmpty()) throw new IllegalArgumentException("a key exchange has a group");
    }
}
