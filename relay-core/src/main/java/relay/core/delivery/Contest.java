package relay.core.delivery;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.delivery.Explanation.PassedOver;
import relay.core.routing.AddressSpace;
import relay.core.routing.ConnectorScope;
import relay.core.routing.DomainPattern;
import relay.core.routing.MailSource;
import relay.core.routing.PolicyTable;
import relay.core.routing.Route;
import relay.core.routing.SendConnector;

/// Says why connectors whose address space matches a domain were not chosen. [PolicyTable] knows
/// the winner alone.
final class Contest {
    private Contest() {}

    /// `winner` has the route that was chosen, or none.
    static List<PassedOver> losers(
            Domain domain, MailSource source, PolicyTable policy, List<Route.Via> winner) {
        return policy.connectors().stream()
                .filter(connector ->
                        winner.stream().noneMatch(via -> via.connector().equals(connector)))
                .flatMap(connector -> loser(connector, domain, source, winner).stream())
                .toList();
    }

    private static Optional<PassedOver> loser(
            SendConnector connector, Domain domain, MailSource source, List<Route.Via> winner) {
        return connector.addressSpaces().stream()
                .filter(space -> specificity(space.pattern(), domain) >= 0)
                .min(bestFirst(domain))
                .map(space ->
                        new PassedOver(
                                connector.name(),
                                connector.origin().toString(),
                                space.toString(),
                                outOfScope(connector, source)
                                        .orElseGet(() -> why(connector, space, domain, winner))));
    }

    private static Comparator<AddressSpace> bestFirst(Domain domain) {
        return Comparator.comparingInt(
                        (AddressSpace space) -> -specificity(space.pattern(), domain))
                .thenComparingInt(AddressSpace::cost);
    }

    private static Optional<String> outOfScope(SendConnector connector, MailSource source) {
        ConnectorScope scope = connector.choice().scope();
        if (connector.enabled() == SendConnector.Enabled.NO) return Optional.empty();
        if (!scope.takesFrom(source.receiveConnector())) {
            return Optional.of("it takes only mail received by " + or(scope.receiveConnectors()));
        }
        return scope.takesOf(source.sender())
                ? Optional.empty()
                : Optional.of("it takes only mail of senders of " + or(scope.senderDomains()));
    }

    private static String or(Set<?> choices) {
        return choices.stream().map(Object::toString).sorted().collect(Collectors.joining(" or "));
    }

    private static String why(
            SendConnector connector, AddressSpace space, Domain domain, List<Route.Via> winner) {
        if (connector.enabled() == SendConnector.Enabled.NO) return "it is not enabled";
        AddressSpace best = winner.getFirst().addressSpace();
        if (specificity(space.pattern(), domain) < specificity(best.pattern(), domain)) {
            return space.pattern() + " is less specific than " + best.pattern();
        }
        if (space.cost() > best.cost()) {
            return "its cost " + space.cost() + " is higher than " + best.cost();
        }
        SendConnector chosen = winner.getFirst().connector();
        boolean scoped = !chosen.choice().scope().takesEverything();
        if (scoped && connector.choice().scope().takesEverything()) {
            return chosen.name() + " is for this mail in particular";
        }
        return "its name comes after " + chosen.name();
    }

    /// The more labels a pattern names, the more specific it is; a single domain before its
    /// subtree. Below 0 where it does not match.
    private static int specificity(DomainPattern pattern, Domain domain) {
        return switch (pattern) {
            case DomainPattern.Any _ -> 0;
            case DomainPattern.Exact(var exact) -> exact.equals(domain) ? Integer.MAX_VALUE : -1;
            case DomainPattern.Subtree(var root) ->
                    isWithin(domain, root)
                            ? (int) root.name().chars().filter(c -> c == '.').count() + 1
                            : -1;
        };
    }

    private static boolean isWithin(Domain domain, Domain root) {
        return Stream.iterate(
                        Optional.of(domain),
                        Optional::isPresent,
                        inner -> inner.flatMap(Domain::parent))
                .anyMatch(inner -> inner.equals(Optional.of(root)));
    }
}
