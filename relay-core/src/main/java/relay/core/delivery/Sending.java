package relay.core.delivery;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import relay.core.address.Mailbox;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.QueueEntry;

/// One entry at one host, in one transaction or, where the host limits recipients, in several: who
/// waits for one yet, and what became of the others. Confined to the session's thread.
final class Sending {
    private final QueueEntry entry;
    private final Set<Mailbox> recipients;
    private final Set<Mailbox> waiting;
    private final Map<Mailbox, DeliveryOutcome> outcomes = new LinkedHashMap<>();
    private int underWay;

    Sending(QueueEntry entry) {
        this.entry = entry;
        this.recipients = new LinkedHashSet<>(entry.recipients());
        this.waiting = new LinkedHashSet<>(recipients);
    }

    QueueEntry entry() {
        return entry;
    }

    /// Who has been in no transaction; whoever begins one takes its recipients away.
    Collection<Mailbox> waiting() {
        return waiting;
    }

    boolean isBegun() {
        return underWay > 0 || hasOutcomes();
    }

    boolean hasOutcomes() {
        return !outcomes.isEmpty();
    }

    void begins() {
        underWay++;
    }

    /// A transaction has ended.
    void ends(Map<Mailbox, DeliveryOutcome> ofIts) {
        underWay--;
        outcomes.putAll(ofIts);
    }

    /// The outcome of whoever has been in no transaction, and never will be here.
    void settleWaiting(DeliveryOutcome outcome) {
        waiting.forEach(recipient -> outcomes.put(recipient, outcome));
        waiting.clear();
    }

    /// The outcome of every recipient that has none yet.
    void settleRest(DeliveryOutcome outcome) {
        recipients.forEach(recipient -> outcomes.putIfAbsent(recipient, outcome));
        waiting.clear();
    }

    boolean isDone() {
        return underWay == 0 && waiting.isEmpty();
    }

    Map<Mailbox, DeliveryOutcome> outcomes() {
        return Map.copyOf(outcomes);
    }
}
