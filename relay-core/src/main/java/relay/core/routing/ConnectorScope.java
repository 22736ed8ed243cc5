package relay.core.routing;

import java.util.Set;
import relay.core.address.ReversePath;

/// Which mail a send connector takes of that for its address spaces: what one of
/// `receiveConnectors` took, and what claims a sender of one of `senderDomains`. An empty set
/// excludes nothing. The null sender is of no domain, so that no `senderDomains` fit it.
public record ConnectorScope(Set<String> receiveConnectors, Set<DomainPattern> senderDomains) {
    /// Takes whatever its address spaces match.
    public static final ConnectorScope EVERYTHING = new ConnectorScope(Set.of(), Set.of());

    public ConnectorScope {
        receiveConnectors = Set.copyOf(receiveConnectors);
        senderDomains = Set.copyOf(senderDomains);
    }

    public boolean takesEverything() {
        return receiveConnectors.isEmpty() && senderDomains.isEmpty();
    }

    public boolean takes(MailSource source) {
        return takesFrom(source.receiveConnector()) && takesOf(source.sender());
    }

    public boolean takesFrom(String receiveConnector) {
        return receiveConnectors.isEmpty() || receiveConnectors.contains(receiveConnector);
    }

    public boolean takesOf(ReversePath sender) {
        return senderDomains.isEmpty()
                || switch (sender) {
                    case ReversePath.Null _ -> false;
                    case ReversePath.Sender(var mailbox) ->
                            senderDomains.stream()
                                    .anyMatch(pattern -> pattern.matches(mailbox.domain()));
                };
    }
}
