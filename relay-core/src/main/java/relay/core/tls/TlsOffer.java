package relay.core.tls;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What we bring to a handshake: a certificate of our own for hosts that ask for one, or none, and
/// the groups for the key exchange and the cipher suites, the most wanted first. It demands nothing,
/// and can lower nothing.
public record TlsOffer(
        List<ClientCertificate> clientCertificate,
        List<KeyExchangeGroup> groups,
        List<CipherSuite> suites) {
    public static final TlsOffer DEFAULT = new TlsOffer(List.of(), KeyExchangeGroup.ALL);

    /// With every suite.
    public TlsOffer(List<ClientCertificate> clientCertificate, List<KeyExchangeGroup> groups) {
        this(clientCertificate, groups, CipherSuite.ALL);
    }

    public TlsOffer {
        clientCertificate = List.copyOf(clientCertificate);
        groups = List.copyOf(groups);
        suites = List.copyOf(suites);
        if (clientCertificate.size() > 1)
            throw new IllegalArgumentException("one certificate at the most");
        if (groups.isEmpty()) throw new IllegalArgumentException("a key exchange has a group");
        if (suites.isEmpty()) throw new IllegalArgumentException("an offer has a suite");
    }

    /// The same with those suites alone that `demands` accept, so that the host cannot choose
    /// another. Where there is none, nothing is held back, and the demands stay unmet.
    public TlsOffer fit(List<TlsDemand> demands) {
        List<Set<CipherSuite>> accepted =
                demands.stream().flatMap(demand -> TlsDemand.suites(demand).stream()).toList();
        List<CipherSuite> fitting =
                suites.stream()
                        .filter(suite -> accepted.stream().allMatch(some -> some.contains(suite)))
                        .collect(Collectors.toList());
        return fitting.isEmpty() || fitting.size() == suites.size()
                ? this
                : new TlsOffer(clientCertificate, groups, fitting);
    }
}
