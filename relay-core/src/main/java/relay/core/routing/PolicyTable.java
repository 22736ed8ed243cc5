package relay.core.routing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.address.ReversePath;
import relay.core.tls.LegacyException;
import relay.core.tls.TlsTerms;

/// Chooses the route of a message for a recipient domain: of the connectors whose scope fits the
/// message the one with the most specific address space, then the lowest cost, then one with a scope
/// before one without, then the first name.
///
/// Immutable. A look-up costs one hash probe per label of the domain, however many connectors there
/// are.
public final class PolicyTable {
    private record Candidate(SendConnector connector, AddressSpace addressSpace) {}

    private static final Comparator<Candidate> BEST_FIRST =
            Comparator.comparingInt((Candidate candidate) -> candidate.addressSpace().cost())
                    .thenComparing(candidate -> scope(candidate).takesEverything())
                    .thenComparing(candidate -> candidate.connector().name());

    private final Map<String, SendConnector> connectors = new HashMap<>();
    private final PatternIndex<List<Candidate>> candidates;
    private final PatternIndex<DomainFloor> floorsByDomain;
    private final PatternIndex<DomainPattern> inboundTls;
    private final List<SendConnector> sendConnectors;
    private final List<DomainFloor> floors;
    private final List<DomainPattern> inboundPatterns;

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
        this.sendConnectors = List.copyOf(sendConnectors);
        this.floors = List.copyOf(domainFloors);
        this.inboundPatterns = List.copyOf(inboundTls);
        sendConnectors.forEach(connector -> connectors.put(connector.name(), connector));
        this.candidates = new PatternIndex<>(candidates(sendConnectors));
        this.floorsByDomain = new PatternIndex<>(by(DomainFloor::pattern, floors));
        this.inboundTls = new PatternIndex<>(by(pattern -> pattern, inboundPatterns));
    }

    private static Map<DomainPattern, List<Candidate>> candidates(List<SendConnector> connectors) {
        Map<DomainPattern, List<Candidate>> candidates = new HashMap<>();
        for (SendConnector connector : connectors) {
            if (connector.enabled() == SendConnector.Enabled.NO) continue;
            for (AddressSpace space : connector.addressSpaces()) {
                candidates
                        .computeIfAbsent(space.pattern(), _ -> new ArrayList<>())
                        .add(new Candidate(connector, space));
            }
        }
        candidates.values().forEach(rivals -> rivals.sort(BEST_FIRST));
        return candidates;
    }

    private static <T> Map<DomainPattern, T> by(
            Function<T, DomainPattern> pattern, List<T> entries) {
        Map<DomainPattern, T> map = new HashMap<>();
        entries.forEach(entry -> map.put(pattern.apply(entry), entry));
        return map;
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
        return floors;
    }

    /// The `domains` entry that fits a domain best: the domain itself before a subtree, the smaller
    /// subtree first.
    public Optional<DomainFloor> floor(Domain domain) {
        return floorsByDomain.best(domain);
    }

    /// The floor named in a lane.
    public Optional<DomainFloor> floorOf(Lane lane) {
        return lane.floor().isEmpty()
                ? Optional.empty()
                : floors.stream()
                        .filter(floor -> floor.pattern().toString().equals(lane.floor()))
                        .findFirst();
    }

    /// Whether mail that claims a sender of this domain must come over TLS.
    public boolean demandsInboundTls(Domain sender) {
        return inboundTls.best(sender).isPresent();
    }

    /// The same; what claims to be from nobody claims no domain.
    public boolean demandsInboundTls(ReversePath sender) {
        return switch (sender) {
            case ReversePath.Null _ -> false;
            case ReversePath.Sender(var mailbox) -> demandsInboundTls(mailbox.domain());
        };
    }

    /// The route of a message from `source`.
    public Route route(Domain domain, MailSource source) {
        return route(domain, first(domain, scope -> scope.takes(source)));
    }

    /// The route of no message in particular, for looks at the partner: that of mail that no scope
    /// fits, else the best there is.
    public Route route(Domain domain) {
        return route(
                domain,
                first(domain, ConnectorScope::takesEverything).or(() -> first(domain, _ -> true)));
    }

    /// Every lane that [#route] may give mail for `domain`, wherever it is from: the connectors with a
    /// scope that come before the first without one, and that.
    public Set<Lane> lanes(Domain domain) {
        Set<Lane> lanes = new LinkedHashSet<>();
        for (Candidate found : matching(domain).toList()) {
            lanes.add(route(domain, Optional.of(found)).lane());
            if (scope(found).takesEverything()) return lanes;
        }
        lanes.add(route(domain, Optional.empty()).lane());
        return lanes;
    }

    /// Whether the route of a domain's mail depends on where the mail came from.
    public boolean asksForSource(Domain domain) {
        return matching(domain).anyMatch(found -> !scope(found).takesEverything());
    }

    /// The lane of mail from `source` for `domain` that is in `now`: the one of [#route], unless the
    /// operator redirected it and the redirection still holds.
    public Lane lane(Domain domain, MailSource source, Lane now) {
        Lane routed = route(domain, source).lane();
        return now.isRedirected()
                ? redirected(domain, source, now.connector()).orElse(routed)
                : routed;
    }

    /// The lane of mail from `source` for `domain` that the operator sends by `connector`; empty
    /// where there is no such connector in use, or where it would demand less TLS than the one that
    /// the policy chooses. The floor holds either way; neither address spaces nor scopes bind the
    /// operator. By the policy's own choice it is no redirection.
    public Optional<Lane> redirected(Domain domain, MailSource source, String connector) {
        Route route = route(domain, source);
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

    /// The lanes of mail from `source` for `domain` while the hosts of its connector are down, the
    /// best first: by the other connectors that match, can carry `sizeBytes` and can demand what the
    /// first one demands ([FailOver]). Empty where the first one keeps its mail.
    public List<Lane> alternatives(Domain domain, MailSource source, long sizeBytes) {
        if (!(route(domain, source) instanceof Route.Via(var first, _, var floors, var lane))) {
            return List.of();
        }
        if (!first.mayFailOver()) return List.of();
        return rivals(domain, source, first).stream()
                .filter(second -> sizeBytes <= second.connector().maxMessageSizeBytes())
                .filter(second -> FailOver.obstacle(first, second.connector()).isEmpty())
                .map(second -> via(second, domain, floors, lane.floor()).lane())
                .map(other -> other.insteadOf(first.name()))
                .distinct()
                .toList();
    }

    /// The connectors that match as well as the one that mail from `source` goes by, in the order in
    /// which they would be chosen.
    public List<SendConnector> others(Domain domain, MailSource source, SendConnector first) {
        return rivals(domain, source, first).stream().map(Candidate::connector).distinct().toList();
    }

    private List<Candidate> rivals(Domain domain, MailSource source, SendConnector first) {
        return matching(domain)
                .filter(found -> scope(found).takes(source))
                .filter(found -> !found.connector().name().equals(first.name()))
                .toList();
    }

    /// The connector that a lane of mail that failed over stands in for, where the policy still lets
    /// it do so.
    public Optional<SendConnector> standsInFor(Lane lane) {
        return connector(lane.insteadOf())
                .filter(first -> first.enabled() == SendConnector.Enabled.YES)
                .filter(SendConnector::mayFailOver)
                .filter(first ->
                        connector(lane.connector())
                                .filter(second -> FailOver.obstacle(first, second).isEmpty())
                                .isPresent());
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

    /// From 0 (nothing) upwards. Never to go in clear is less than any demand: TLS of whatever age will do.
    private static int strength(SendConnector connector) {
        int never = FailOver.staysEncrypted(connector) ? 1 : 0;
        return Math.max(never, 2 * connector.tls().strength());
    }

    /// What a floor adds to a connector that demands less; one with an exception counts for nothing.
    private static int strength(DomainFloor floor) {
        return floor.terms().protocol().isLegacy() ? 0 : 2 * floor.tls().strength();
    }

    /// The same without the exceptions that are over at `now`: nobody then has to ask again.
    public PolicyTable at(Instant now) {
        return new PolicyTable(
                sendConnectors.stream().map(connector -> connector.at(now)).toList(),
                floors.stream().map(floor -> floor.at(now)).toList(),
                inboundPatterns);
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
        for (DomainFloor floor : floors) {
            floor.terms()
                    .protocol()
                    .exception()
                    .ifPresent(found -> all.put("domain " + floor.pattern(), found));
        }
        return all;
    }

    private Route route(Domain domain, Optional<Candidate> chosen) {
        List<DomainFloor> floor = floor(domain).stream().toList();
        String floorName = floor.isEmpty() ? "" : floor.getFirst().pattern().toString();
        return chosen.<Route>map(candidate -> via(candidate, domain, floor, floorName))
                .orElseGet(() ->
                        new Route.Unreachable(
                                domain, new Lane(Lane.UNREACHABLE, domain.name(), floorName)));
    }

    private static Route.Via via(
            Candidate candidate, Domain domain, List<DomainFloor> floors, String floorName) {
        SendConnector connector = candidate.connector();
        String nextHop = connector.isDnsRouted() ? domain.name() : Lane.SMART_HOSTS;
        var lane = new Lane(connector.name(), nextHop, floorName);
        return new Route.Via(connector, candidate.addressSpace(), floors, lane);
    }

    private Optional<Candidate> first(Domain domain, Predicate<ConnectorScope> fits) {
        for (List<Candidate> rivals : candidates.all(domain)) {
            for (Candidate found : rivals) if (fits.test(scope(found))) return Optional.of(found);
        }
        return Optional.empty();
    }

    private static ConnectorScope scope(Candidate candidate) {
        return candidate.connector().choice().scope();
    }

    /// Every address space that matches, the best first.
    private Stream<Candidate> matching(Domain domain) {
        return candidates.all(domain).stream().flatMap(List::stream);
    }
}
