package relay.core.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.QueueEntry;
import relay.core.smtp.HostLimits;

/// The entries that were offered to a session and wait for their transaction; and what the host
/// lets the connection carry, and how much of it is left (RFC 9422 §4). Confined to the session's
/// thread.
final class Allotment {
    private final HostLimits limits;
    private final Deque<QueueEntry> waiting = new ArrayDeque<>();
    private Set<Domain> domains = Set.of();
    private int askedFor;
    private int offered;
    private int transactions;

    Allotment(HostLimits limits) {
        this.limits = limits;
    }

    /// How many more entries may be asked for, `wanted` at the most: none for which there is no
    /// transaction.
    int ask(int wanted) {
        int more = Math.min(wanted, limits.transactions() - askedFor);
        askedFor += more;
        return more;
    }

    void offer(QueueEntry entry) {
        offered++;
        waiting.add(entry);
    }

    /// Whether there can be no more offers than there have been.
    boolean hasHadAll() {
        return offered >= limits.transactions();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// The oldest of those that wait.
    QueueEntry first() {
        return waiting.element();
    }

    void dropFirst() {
        waiting.remove();
    }

    /// Takes the first for a transaction, which counts from now on; false where this connection has
    /// none for it.
    boolean takeFirst() {
        List<Mailbox> recipients = first().recipients();
        if (transactions == limits.transactions() || recipients.size() > limits.recipients()) {
            return false;
        }
        if (limits.domains() != HostLimits.NO_LIMIT && !admits(recipients)) return false;
        transactions++;
        dropFirst();
        return true;
    }

    private boolean admits(List<Mailbox> recipients) {
        var carried = new HashSet<>(domains);
        recipients.forEach(recipient -> carried.add(recipient.domain()));
        if (carried.size() > limits.domains()) return false;
        domains = carried;
        return true;
    }

    /// All that wait; then none does.
    List<QueueEntry> removeAll() {
        List<QueueEntry> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
