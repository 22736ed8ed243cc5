package relay.core.queue;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import relay.core.routing.Lane;

/// The durable queue. One writer makes changes durable in groups, in the order they came.
///
/// All methods but [#census] return at once and may be called from any thread; callbacks come on
/// the writer's thread and must not block. Whoever wants to hear of every message that became ours,
/// notices included, is given to the store when it is made.
public interface MessageStore {

    /// A fresh id, greater than every one before it, also across restarts.
    QueueId newId();

    /// Begins to store a message's content, which can be larger than memory.
    Content newContent(QueueId id);

    /// Makes the message ours: durable when `done` hears [Committed].
    void accept(QueuedMessage message, Content content, Consumer<CommitResult> done);

    /// Makes `change` durable with the next group. Never wakes the disk for itself alone longer
    /// than a moment.
    void change(QueueChange change);

    /// Entries of `query`, read after every change handed over before. A store that is closed does
    /// not answer.
    void load(LoadQuery query, Consumer<Loaded> done);

    /// Every lane that has entries or a record worth keeping. For the start.
    List<LaneCensus> census();

    /// Which entries are wanted: at most `limit`, the earliest due (or the oldest) first.
    sealed interface LoadQuery {
        Lane lane();

        int limit();

        /// Queued entries whose next attempt is not after `now`.
        record Due(Lane lane, Instant now, int limit) implements LoadQuery {}

        /// Queued entries accepted before `acceptedBefore`; held ones wait for the operator.
        record Older(Lane lane, Instant acceptedBefore, int limit) implements LoadQuery {}

        /// Every entry of the lane after the entry `after` in the order of acceptance; `next` of
        /// the answer means nothing. For moving mail when the routing changed.
        record All(Lane lane, List<QueueEntry.EntryId> after, int limit) implements LoadQuery {
            public All {
                after = List.copyOf(after);
            }
        }

        /// Those of `entries` that are in the lane, in any order; `next` means nothing.
        record Named(Lane lane, List<QueueEntry.EntryId> entries) implements LoadQuery {
            public Named {
                entries = List.copyOf(entries);
            }

            @Override
            public int limit() {
                return entries.size();
            }
        }

        /// As `Older`, but only those whose sender has not been told of the delay.
        record Delayed(Lane lane, Instant acceptedBefore, int limit) implements LoadQuery {}
    }

    /// What was found, and how the lane stands after it: `next` is the earliest next attempt (of a
    /// `Due` query) or acceptance (of the others) among entries that match the query but for its
    /// time or limit and are not in `entries`; [Instant#MAX] where there is none.
    record Loaded(LoadQuery query, List<QueueEntry> entries, Instant next) {}

    /// Whether a message is on disk.
    sealed interface CommitResult {
        record Committed() implements CommitResult {}

        /// It is not, and nothing of it will be after a restart. `reason` is for the log.
        record Failed(String reason) implements CommitResult {}
    }

    /// Takes a message's content piece by piece. Confined to one thread at a time.
    interface Content {
        /// Takes the next bytes; the array is the store's from then on. False: they are taken, but
        /// the store has enough for now, and `writable` runs once, on the writer's thread, when it
        /// can take more.
        boolean write(byte[] bytes, Runnable writable);

        long sizeBytes();

        /// Forgets everything: the client went away, or the message was refused.
        void discard();
    }
}
