package relay.core.intake;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import relay.core.address.IpRange;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Binding;

/// Chooses the receive connector of a client: of those that share the binding, the one with the
/// smallest remote range that holds the client's address. Immutable.
public final class ReceiveTable {
    private record Admission(IpRange range, ReceiveConnector connector) {}

    private final Map<Binding, List<Admission>> admissions = new HashMap<>();
    private final Map<Binding, Set<IpRange>> proxies = new HashMap<>();

    /// Ranges of one binding may nest but not overlap in part; the configuration reader sees to it.
    public ReceiveTable(List<ReceiveConnector> connectors) {
        for (ReceiveConnector connector : connectors) {
            for (Binding binding : connector.bindings()) add(binding, connector);
        }
        admissions
                .values()
                .forEach(list ->
                        list.sort(Comparator.comparing(admission -> admission.range().size())));
    }

    private void add(Binding binding, ReceiveConnector connector) {
        List<Admission> list = admissions.computeIfAbsent(binding, _ -> new ArrayList<>());
        proxies.computeIfAbsent(binding, _ -> new HashSet<>()).addAll(connector.proxies());
        connector.remoteIpRanges().forEach(range -> list.add(new Admission(range, connector)));
    }

    /// Every binding that some connector listens on.
    public Set<Binding> bindings() {
        return Set.copyOf(admissions.keySet());
    }

    /// Whether a client that came to `binding` hands on the connections of others.
    public boolean isProxy(Binding binding, InetAddress client) {
        return proxies.getOrDefault(binding, Set.of()).stream()
                .anyMatch(range -> range.contains(client));
    }

    /// The connector of a client that came to `binding`; empty: a stranger.
    public Optional<ReceiveConnector> choose(Binding binding, InetAddress client) {
        return admissions.getOrDefault(binding, List.of()).stream()
                .filter(admission -> admission.range().contains(client))
                .map(Admission::connector)
                .findFirst();
    }
}
