package relay.core.routing;

import java.util.List;
import relay.core.address.Domain;

/// How mail for one recipient domain leaves, and why.
public sealed interface Route {
    Lane lane();

    /// By `connector`, because `addressSpace` is the best that matches. `floors` has the `domains`
    /// entry that applies, or none.
    record Via(
            SendConnector connector, AddressSpace addressSpace, List<DomainFloor> floors, Lane lane)
            implements Route {
        public Via {
            floors = List.copyOf(floors);
        }
    }

    /// No enabled connector takes the domain: mail for it waits in the queue `unreachable`.
    record Unreachable(Domain domain, Lane lane) implements Route {}
}
