package relay.core.routing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import relay.core.address.Domain;
import relay.core.address.ReversePath;
import relay.core.tls.LegacyException;
import relay.core.tls.TlsTerms;

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

    /// The same; what claims to be from nobody claims no domain.
    public boolean demandsInboundTls(ReversePath sender) {
        return switch (sender) {
            case ReversePath.Null _ -> false;
            case ReversePath.Sender(var mailbox) -> demandsInboundTls(mailbox.domain());
        };
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

    /// The lane of mail for `domain` that is in `now`: the one of [#route], unless the operator
    /// redirected it and the redirection still holds.
    public Lane lane(Domain domain, Lane now) {
        Lane routed = route(domain).lane();
        return now.isRedirected() ? redirected(domain, now.connector()).orElse(routed) : routed;
    }

    /// The lane of mail for `domain` that the operator sends by `connector`; empty where there is no
    /// such connector in use, or where it would demand less TLS than the one that the policy
    /// chooses. The floor holds either way. By the policy's own choice it is no redirection.
    public Optional<Lane> redirected(Domain domain, String connector) {
        Route route = route(domain);
        if (route.lane().connector().equals(connector)) return Optional.of(route.lane());
        return connector(connector)
                .filter(target -> target.enabled() == SendConnector.Enabled.YES)
                .filter(target -> demandsEnough(target, route))
                .map(target ->
                        new Lane(
                                target.name(),
                                target.isDnsRouted() ? domain.name() : Lane.SMART_HOSTS,
                                route.lane().floor(),
                                Lane.Choice.BY_OPERATOR));
    }

    private static boolean demandsEnough(SendConnector target, Route route) {
        return switch (route) {
            case Route.Unreachable _ -> true;
            case Route.Via(var chosen, _, var floors, _) -> {
                int floor = floors.stream().mapToInt(PolicyTable::strength).max().orElse(0);
                yield Math.max(strength(target), floor) >= strength(chosen)
                        && hasTermsOf(chosen, target);
            }
        };
    }

    /// Terms cannot be compared: the target has the same, or there are none, and it makes no
    /// exception from a demand.
    private static boolean hasTermsOf(SendConnector chosen, SendConnector target) {
        TlsTerms terms = chosen.tlsOptions().terms();
        TlsTerms others = target.tlsOptions().terms();
        boolean none = terms.equals(TlsTerms.NONE);
        return terms.equals(others)
                || (none && (strength(chosen) == 0 || !others.protocol().isLegacy()));
    }

    private static int strength(SendConnector connector) {
        int never = connector.plaintextFallback() == SendConnector.PlaintextFallback.NEVER ? 1 : 0;
        return Math.max(never, connector.tls().strength());
    }

    /// What a floor adds to a connector that demands less; one with an exception counts for nothing.
    private static int strength(DomainFloor floor) {
        return floor.terms().protocol().isLegacy() ? 0 : floor.tls().strength();
    }

    /// The same without the exceptions that are over at `now`: nobody then has to ask again.
    public PolicyTable at(Instant now) {
        return new PolicyTable(
                sendConnectors.stream().map(connector -> connector.at(now)).toList(),
                floors.values().stream().map(floor -> floor.at(now)).toList(),
                List.copyOf(inboundTls));
    }

    /// The legacy exceptions that stand in it, by the entry that makes them: `connector bank`,
    /// `domain *.bank.example`; sorted.
    public SortedMap<String, LegacyException> exceptions() {
        SortedMap<String, LegacyException> all = new TreeMap<>();
        for (SendConnector connector : sendConnectors) {
            connector
                    .tlsOptions()
                    .terms()
                    .protocol()
                    .exception()
                    .ifPresent(found -> all.put("connector " + connector.name(), found));
        }
        for (DomainFloor floor : floors.values()) {
            floor.terms()
                    .protocol()
                    .exception()
                    .ifPresent(found -> all.put("domain " + floor.pattern(), found));
        }
        return all;
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
