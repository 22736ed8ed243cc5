package relay.core.queue;

import java.util.List;
import relay.core.address.Domain;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.routing.Lane;

/// Which messages of a lane an order is about.
public sealed interface MailChoice {
    Lane lane();

    /// All of them.
    record Whole(Lane lane) implements MailChoice {}

    /// Those for recipients of one domain alone: what has other recipients as well is left as it
    /// is.
    record ForDomain(Lane lane, Domain domain) implements MailChoice {}

    record Single(Lane lane, List<EntryId> entries) implements MailChoice {
        public Single {
            entries = List.copyOf(entries);
        }
    }
}
