package relay.core.intake;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import relay.core.event.RelayEvent;

/// Notices that clients reach us by address translation, so that all have the address of a gateway
/// and `remoteIpRanges` cannot tell them apart.
///
/// The evidence: connections from the machine's own default gateway, a router, under many names. A
/// gateway that sends mail of its own has one name, or few. Remembers so many names of each gateway,
/// and nothing of other clients. Any thread.
public final class GatewayWatch {
    static final int SUSPICIOUS_NAMES = 5;

    private final Set<InetAddress> gateways;
    private final Map<InetAddress, Set<String>> names = new HashMap<>();

    public GatewayWatch(Set<InetAddress> gateways) {
        this.gateways = Set.copyOf(gateways);
    }

    /// A client has called itself `name` in EHLO or HELO. What is to be said of that, once for each
    /// gateway.
    public Optional<RelayEvent.ClientsHidden> greeted(InetAddress client, String name) {
        return gateways.contains(client) ? count(client, name) : Optional.empty();
    }

    private synchronized Optional<RelayEvent.ClientsHidden> count(InetAddress client, String name) {
        Set<String> known = names.computeIfAbsent(client, _ -> new HashSet<>());
        if (known.size() == SUSPICIOUS_NAMES) return Optional.empty();
        known.add(name.toLowerCase(Locale.ROOT));
        return known.size() == SUSPICIOUS_NAMES
                ? Optional.of(new RelayEvent.ClientsHidden(client, known.size()))
                : Optional.empty();
    }
}
