package relay.core.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import relay.core.address.Domain;

/// Chooses the route of a recipient domain: the most specific address space, then the lowest cost,
/// then the first name.
///
/// Immutable. A look-up costs one hash probe per label of the domain, however many connectors there
/// are.
public final class PolicyTable {
    private record Candidate(SendConnector connector, AddressSpace addressSpace) {}

    private static final Comparator<Candidate> BEST_FIRST =
            Comparator.comparingInt((Candidate candidate) -> candidate.addressSpace().cost())
                    .thenComparing(candidate -> candidate.connector().name());

    private final Map<String, SendConnector> connectors = new HashMap<>();
    private final Map<DomainPattern, Candidate> best = new HashMap<>();
    private final Map<DomainPattern, DomainFloor> floors = new HashMap<>();
    private final Set<DomainPattern> inboundTls;
    private final List<SendConnector> sendConnectors;

    /// Without demands on what comes in.
    public PolicyTable(List<SendConnector> sendConnectors, List<DomainFloor> domainFloors) {
        this(sendConnectors, domainFloors, List.of());
    }

    /// Names of connectors and patterns of floors are unique; the configuration reader sees to it.
    /// `inboundTls` are the sender domains whose mail must come over TLS.
    public PolicyTable(
            List<SendConnector> sendConnectors,
            List<DomainFloor> domainFloors,
            List<DomainPattern> inboundTls) {
        this.inboundTls = Set.copyOf(inboundTls);
        this.sendConnectors = List.copyOf(sendConnectors);
        for (SendConnector connector : sendConnectors) {
            connectors.put(connector.name(), connector);
            if (connector.enabled() == SendConnector.Enabled.NO) continue;
            connector.addressSpaces().forEach(space -> offer(new Candidate(connector, space)));
        }
        domainFloors.forEach(floor -> floors.put(floor.pattern(), floor));
    }

    private void offer(Candidate candidate) {
        best.merge(
                candidate.addressSpace().pattern(),
                candidate,
                (one, other) -> BEST_FIRST.compare(one, other) <= 0 ? one : other);
    }

    /// All send connectors, disabled ones included, in the order of the file.
    public List<SendConnector> connectors() {
        return sendConnectors;
    }

    /// The connector of that name, disabled or not.
    public Optional<SendConnector> connector(String name) {
        return Optional.ofNullable(connectors.get(name));
    }

    public List<DomainFloor> floors() {
        return List.copyOf(floors.values());
    }

    /// The `domains` entry that fits a domain best: the domain itself before a subtree, the smaller
    /// subtree first.
    public Optional<DomainFloor> floor(Domain domain) {
        return mostSpecific(domain, floors);
    }

    /// The floor named in a lane.
    public Optional<DomainFloor> floorOf(Lane lane) {
        return lane.floor().isEmpty()
                ? Optional.empty()
                : floors.values().stream()
                        .filter(floor -> floor.pattern().toString().equals(lane.floor()))
                        .findFirst();
    }

    /// Whether mail that claims a sender of this domain must come over TLS.
    public boolean demandsInboundTls(Domain sender) {
        return patternsFor(sender).stream().anyMatch(inboundTls::contains);
    }

    public Route route(Domain domain) {
        List<DomainFloor> floor = floor(domain).stream().toList();
        String floorName = floor.isEmpty() ? "" : floor.getFirst().pattern().toString();
        return mostSpecific(domain, best)
                .<Route>map(candidate -> via(candidate, domain, floor, floorName))
                .orElseGet(() ->
                        new Route.Unreachable(
                                domain, new Lane(Lane.UNREACHABLE, domain.name(), floorName)));
    }

    private static Route via(
            Candidate candidate, Domain domain, List<DomainFloor> floors, String floorName) {
        SendConnector connector = candidate.connector();
        String nextHop = connector.isDnsRouted() ? domain.name() : Lane.SMART_HOSTS;
        var lane = new Lane(connector.name(), nextHop, floorName);
        return new Route.Via(connector, candidate.addressSpace(), floors, lane);
    }

    private static <T> Optional<T> mostSpecific(Domain domain, Map<DomainPattern, T> table) {
        for (DomainPattern pattern : patternsFor(domain)) {
            T found = table.get(pattern);
            if (found != null) return Optional.of(found);
        }
        return Optional.empty();
    }

    /// Every pattern that matches `domain`, the most specific first.
    private static List<DomainPattern> patternsFor(Domain domain) {
        var patterns = new ArrayList<DomainPattern>();
        patterns.add(new DomainPattern.Exact(domain));
        for (Optional<Domain> root = Optional.of(domain);
                root.isPresent();
                root = root.get().parent()) {
            patterns.add(new DomainPattern.Subtree(root.get()));
        }
        patterns.add(new DomainPattern.Any());
        return patterns;
    }
}
