package relay.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.core.routing.AddressSpace;
import relay.core.routing.ConnectorScope;
import relay.core.routing.DomainPattern;
import relay.core.routing.FailOver;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.Enabled;

/// Notes on routes that are allowed, and perhaps not meant.
final class RoutingNotes {
    private RoutingNotes() {}

    /// `sections` and `connectors` are the same connectors in the same order.
    static void write(
            Optional<Place> place,
            List<Section> sections,
            List<SendConnector> connectors,
            Problems problems) {
        List<SendConnector> enabled =
                connectors.stream().filter(each -> each.enabled() == Enabled.YES).toList();
        place.ifPresent(at -> unclaimed(enabled).ifPresent(text -> problems.note(at, text)));
        noteTies(sections, connectors, problems);
        for (int i = 0; i < connectors.size(); i++) {
            Section section = sections.get(i);
            Place at = section.keyPlace("failOver").orElse(section.place());
            loneliness(connectors.get(i), enabled).ifPresent(text -> problems.note(at, text));
        }
    }

    /// Why no connector can stand in for one that may be left.
    private static Optional<String> loneliness(SendConnector first, List<SendConnector> enabled) {
        if (!first.mayFailOver()) return Optional.empty();
        Optional<String> why = Optional.empty();
        for (SendConnector other : enabled) {
            if (other.name().equals(first.name())) continue;
            Optional<String> obstacle = FailOver.obstacle(first, other);
            if (obstacle.isEmpty()) return Optional.empty();
            if (why.isEmpty()) why = obstacle;
        }
        return Optional.of(
                "no connector can stand in for "
                        + first.name()
                        + ": "
                        + why.orElse("there is no other"));
    }

    /// What mail no connector takes.
    private static Optional<String> unclaimed(List<SendConnector> enabled) {
        List<SendConnector> forAll =
                enabled.stream()
                        .filter(connector ->
                                connector.addressSpaces().stream()
                                        .anyMatch(space ->
                                                space.pattern() instanceof DomainPattern.Any))
                        .toList();
        if (forAll.stream().anyMatch(each -> each.choice().scope().takesEverything())) {
            return Optional.empty();
        }
        return Optional.of(
                forAll.isEmpty()
                        ? "no enabled connector has the address space \"*\": mail for other domains"
                                + " waits in the queue unreachable"
                        : "only connectors with a scope have the address space \"*\": other mail, our"
                                + " own notices perhaps, waits in the queue unreachable");
    }

    private static void noteTies(
            List<Section> sections, List<SendConnector> connectors, Problems problems) {
        record Claim(AddressSpace space, ConnectorScope scope) {}
        Map<Claim, SendConnector> seen = new HashMap<>();
        for (int i = 0; i < connectors.size(); i++) {
            SendConnector connector = connectors.get(i);
            if (connector.enabled() == Enabled.NO) continue;
            for (AddressSpace space : connector.addressSpaces()) {
                SendConnector other =
                        seen.putIfAbsent(new Claim(space, connector.choice().scope()), connector);
                if (other == null) continue;
                String winner =
                        connector.name().compareTo(other.name()) < 0
                                ? connector.name()
                                : other.name();
                String text =
                        space
                                + " is also an address space of "
                                + other.name()
                                + ": of the two, "
                                + winner
                                + " takes all its mail (the first name)";
                problems.note(sections.get(i).place(), text);
            }
        }
    }
}
