package relay.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.core.routing.AddressSpace;
import relay.core.routing.DomainPattern;
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
        boolean takesAll =
                enabled.stream()
                        .flatMap(each -> each.addressSpaces().stream())
                        .anyMatch(space -> space.pattern() instanceof DomainPattern.Any);
        if (!takesAll && place.isPresent()) {
            String text =
                    "no enabled connector has the address space \"*\": mail for other domains waits"
                            + " in the queue unreachable";
            problems.note(place.get(), text);
        }
        noteTies(sections, connectors, problems);
    }

    private static void noteTies(
            List<Section> sections, List<SendConnector> connectors, Problems problems) {
        Map<AddressSpace, SendConnector> seen = new HashMap<>();
        for (int i = 0; i < connectors.size(); i++) {
            SendConnector connector = connectors.get(i);
            if (connector.enabled() == Enabled.NO) continue;
            for (AddressSpace space : connector.addressSpaces()) {
                SendConnector other = seen.putIfAbsent(space, connector);
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
