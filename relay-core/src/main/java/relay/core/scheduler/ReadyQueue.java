package relay.core.scheduler;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;

/// The entries of one lane that are in memory and could be attempted. New mail and mail read back
/// from disk take turns, so that neither is stuck behind the other.
final class ReadyQueue {
    private final Deque<QueueEntry> fresh = new ArrayDeque<>();
    private final Deque<QueueEntry> backlog = new ArrayDeque<>();
    private final MemoryBudget budget;
    private Turn turn = Turn.FRESH;

    private enum Turn {
        FRESH,
        BACKLOG
    }

    /// How many entries all the lanes have ready together.
    static final class MemoryBudget {
        private int used;

        int used() {
            return used;
        }
    }

    ReadyQueue(MemoryBudget budget) {
        this.budget = budget;
    }

    void addFresh(QueueEntry entry) {
        fresh.addLast(entry);
        budget.used++;
    }

    void addBacklog(QueueEntry entry) {
        backlog.addLast(entry);
        budget.used++;
    }

    /// Puts an entry back at the head: it was offered, and nothing of it was attempted.
    void putBack(QueueEntry entry) {
        (entry.attempts() == 0 ? fresh : backlog).addFirst(entry);
        budget.used++;
    }

    Optional<QueueEntry> poll() {
        boolean takeFresh = backlog.isEmpty() || (turn == Turn.FRESH && !fresh.isEmpty());
        turn = takeFresh ? Turn.BACKLOG : Turn.FRESH;
        QueueEntry entry = (takeFresh ? fresh : backlog).pollFirst();
        if (entry != null) budget.used--;
        return Optional.ofNullable(entry);
    }

    /// The latest acceptance of an entry that is ready, or `now` where that is later.
    Instant latestAcceptance(Instant now) {
        return Stream.concat(fresh.stream(), backlog.stream())
                .map(entry -> entry.envelope().acceptedAt())
                .reduce(now, (one, other) -> one.isAfter(other) ? one : other);
    }

    int size() {
        return fresh.size() + backlog.size();
    }

    boolean isEmpty() {
        return fresh.isEmpty() && backlog.isEmpty();
    }

    /// Takes an entry out of turn; true where it was there.
    boolean remove(EntryId id) {
        return !takeIf(entry -> entry.id().equals(id)).isEmpty();
    }

    /// Takes out what `wanted` accepts, new mail first.
    List<QueueEntry> takeIf(Predicate<QueueEntry> wanted) {
        var taken = new ArrayList<QueueEntry>();
        for (Deque<QueueEntry> queue : List.of(fresh, backlog)) {
            queue.removeIf(entry -> wanted.test(entry) && taken.add(entry));
        }
        budget.used -= taken.size();
        return taken;
    }
}
