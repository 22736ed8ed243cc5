package relay.core.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.QueueEntry;
import relay.core.smtp.HostLimits;

/// The entries that were offered to a session and have recipients that wait for a transaction; and
/// what the host lets the connection carry, and how much of it is left (RFC 9422 §4). Confined to
/// the session's thread.
final class Allotment {
    private final HostLimits limits;
    private final Deque<Sending> waiting = new ArrayDeque<>();
    private final Set<Domain> domains = new HashSet<>();
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
        waiting.add(new Sending(entry));
    }

    /// Whether there can be no more offers than there have been.
    boolean hasHadAll() {
        return offered >= limits.transactions();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// The oldest of those that wait.
    Sending first() {
        return waiting.element();
    }

    void dropFirst() {
        waiting.remove();
    }

    /// Takes those recipients of the first that fit into the next transaction, which counts from now
    /// on; the first makes way when none of it waits any more. None: this connection has no
    /// transaction for any of them.
    List<Mailbox> take() {
        var fitting = new ArrayList<Mailbox>();
        if (transactions == limits.transactions()) return fitting;
        Iterator<Mailbox> rest = first().waiting().iterator();
        while (rest.hasNext() && fitting.size() < limits.recipients()) {
            Mailbox recipient = rest.next();
            if (!admits(recipient.domain())) continue;
            fitting.add(recipient);
            rest.remove();
        }
        if (!fitting.isEmpty()) transactions++;
        if (first().waiting().isEmpty()) dropFirst();
        return fitting;
    }

    private boolean admits(Domain domain) {
        if (domains.contains(domain)) return true;
        return domains.size() < limits.domains() && domains.add(domain);
    }

    /// All that wait; then none does.
    List<Sending> removeAll() {
        List<Sending> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
