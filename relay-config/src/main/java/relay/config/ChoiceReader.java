package relay.config;

import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import relay.core.queue.Envelope;
import relay.core.routing.ConnectorChoice;
import relay.core.routing.ConnectorChoice.WhenDown;
import relay.core.routing.ConnectorScope;
import relay.core.routing.DomainPattern;

/// Reads when an entry of `sendConnectors` is chosen, beside its address spaces.
/// `receiveConnectors` are the names that a scope can have.
record ChoiceReader(Section section, Set<String> receiveConnectors) {

    ConnectorChoice read() {
        boolean failOver = section.truth("failOver").orElse(false);
        return new ConnectorChoice(
                new ConnectorScope(received(), senderDomains()),
                failOver ? WhenDown.FAIL_OVER : WhenDown.WAIT);
    }

    private Set<String> received() {
        return values(section.parseEach("receiveConnectors", this::receiveConnector));
    }

    private Parsed<String> receiveConnector(String name) {
        boolean known = receiveConnectors.contains(name) || name.equals(Envelope.OWN_NOTICE);
        return known
                ? Parsed.good(name)
                : Parsed.bad(
                        "no receive connector is called " + Quoted.of(name),
                        "there are "
                                + receiveConnectors.stream()
                                        .sorted()
                                        .collect(Collectors.joining(", "))
                                + ", and dsn for the relay's own messages");
    }

    private Set<DomainPattern> senderDomains() {
        return values(section.parseEach("senderDomains", DomainText::pattern));
    }

    private <T> Set<T> values(List<Located<T>> written) {
        var seen = new HashMap<T, Place>();
        for (Located<T> value : written) {
            Place first = seen.putIfAbsent(value.value(), value.place());
            if (first == null) continue;
            String what = Quoted.of(value.written()) + " stands here twice";
            section.problems().error(value.place(), what, "first at " + first.brief());
        }
        return seen.keySet();
    }
}
