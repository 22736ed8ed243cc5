package relay.server.admin;

import java.util.List;
import relay.core.address.Domain;

/// Which part of the queue a request is about.
sealed interface Selection {

    record All() implements Selection {}

    /// Each is the id of a lane (`bank/bank.example`), the name of a connector, or the queue id of
    /// a message.
    record Ids(List<String> ids) implements Selection {
        public Ids {
            ids = List.copyOf(ids);
        }
    }

    record OfConnector(String name) implements Selection {}

    /// Mail with recipients in that domain.
    record OfDomain(Domain domain) implements Selection {}
}
