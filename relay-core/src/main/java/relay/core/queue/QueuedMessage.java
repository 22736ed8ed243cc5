package relay.core.queue;

import java.util.List;

/// A message as it is made durable: its envelope and its entries, one for each lane.
public record QueuedMessage(Envelope envelope, List<QueueEntry> entries) {
    public QueuedMessage {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) throw new IllegalArgumentException("a message has an entry");
    }

    public QueueId id() {
        return envelope.id();
    }
}
