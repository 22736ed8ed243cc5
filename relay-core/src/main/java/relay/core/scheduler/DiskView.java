package relay.core.scheduler;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueEntry.EntryId;

/// What is known of the part of a lane that is on disk only: when something of it is due, when the
/// oldest expires, and which questions about it are still open.
///
/// An answer is as old as its question: what left memory in between is remembered, so that an entry
/// which has just been delivered is not taken for a new one. Answers come in the order of their
/// questions.
final class DiskView {
    private final Deque<Long> openQuestions = new ArrayDeque<>();

    /// Which entries left memory, and what the last question was by then.
    private final Map<EntryId, Long> left = new HashMap<>();

    private long lastQuestion;
    private boolean loadingDue;
    private boolean sweeping;
    private Instant nextDue = Instant.MAX;
    private Instant nextExpiryFrom = Instant.MAX;
    private Instant nextWarningFrom = Instant.MAX;

    void begin(Instant due, Instant oldest) {
        nextDue = due;
        nextExpiryFrom = oldest;
        nextWarningFrom = oldest;
    }

    void accepted(Instant at) {
        nextExpiryFrom = earlier(nextExpiryFrom, at);
        nextWarningFrom = earlier(nextWarningFrom, at);
    }

    /// An entry that is due at `at` is on disk and not in memory.
    void holdsDue(Instant at) {
        nextDue = earlier(nextDue, at);
    }

    void left(EntryId id) {
        if (!openQuestions.isEmpty()) left.put(id, lastQuestion);
    }

    /// Whether the answer in hand is too old to say anything of this entry.
    boolean isOutdated(EntryId id) {
        return left.getOrDefault(id, 0L) >= openQuestions.getFirst();
    }

    boolean isDue(Instant now) {
        return !loadingDue && !nextDue.isAfter(now);
    }

    /// Whether the lifetimes should be looked at: the earliest acceptance is before `cutoff`.
    boolean mayExpire(Instant cutoff) {
        return !sweeping && nextExpiryFrom.isBefore(cutoff);
    }

    boolean mayWarn(Instant cutoff) {
        return !sweeping && nextWarningFrom.isBefore(cutoff);
    }

    boolean isQuiet() {
        return openQuestions.isEmpty();
    }

    void asked(LoadQuery query) {
        openQuestions.addLast(++lastQuestion);
        switch (query) {
            case LoadQuery.Due _ -> {
                loadingDue = true;
                nextDue = Instant.MAX;
            }
            case LoadQuery.Older _ -> {
                sweeping = true;
                nextExpiryFrom = Instant.MAX;
            }
            case LoadQuery.Delayed _ -> {
                sweeping = true;
                nextWarningFrom = Instant.MAX;
            }
            case LoadQuery.All _, LoadQuery.Named _ -> {}
        }
    }

    void answered(Loaded loaded) {
        switch (loaded.query()) {
            case LoadQuery.Due _ -> {
                loadingDue = false;
                nextDue = earlier(nextDue, loaded.next());
            }
            case LoadQuery.Older _ -> {
                sweeping = false;
                nextExpiryFrom = earlier(nextExpiryFrom, loaded.next());
            }
            case LoadQuery.Delayed _ -> {
                sweeping = false;
                nextWarningFrom = earlier(nextWarningFrom, loaded.next());
            }
            case LoadQuery.All _, LoadQuery.Named _ -> {}
        }
    }

    /// The answer has been dealt with.
    void closed() {
        openQuestions.removeFirst();
        if (openQuestions.isEmpty()) left.clear();
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
