package relay.server.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// What is durable in the [FreshLog] and not in the queue's file yet: messages that came, and
/// entries that ended. Most mail comes and goes within milliseconds and never gets further; what is
/// left after [#MAX_AGE_NANOS] goes into the queue's file, all of it in one transaction.
///
/// Made by the thread that opens the store, confined to the writer's from then on, but for
/// [#isEmpty].
final class FreshMail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FreshMail.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_ENDS = 20_000;

    private final @Nullable FreshLog log;
    private final FreshRecords records = new FreshRecords();
    private final Map<QueueId, Waiting> messages = new LinkedHashMap<>();
    private final List<EntryId> ends = new ArrayList<>();
    private long firstEndNanos;
    private volatile boolean empty = true;

    /// A message, and which of its entries have not ended. `sinceNanos` is a time of
    /// [System#nanoTime].
    private record Waiting(QueuedMessage message, Payload content, long sinceNanos) {}

    private FreshMail(@Nullable FreshLog log) {
        this.log = log;
    }

    /// What a crash has left in `folder` in the epoch of the queue's file, 0 where it has none.
    /// [#writeTo] must follow, and [#written]. Throws [StoreException] where the log is damaged.
    static FreshMail open(Path folder, long epoch) throws IOException {
        List<ByteBuffer> blocks = epoch == 0 ? List.of() : FreshLog.read(folder, epoch);
        String givenUp = epoch == 0 ? "" : FreshLog.givenUp(folder, epoch);
        if (!givenUp.isEmpty()) LOG.warn("{}", givenUp);
        var fresh = new FreshMail(openLog(folder));
        try {
            for (ByteBuffer block : blocks) FreshRecords.read(block, fresh.new Memory());
        } catch (IOException | IllegalArgumentException e) {
            fresh.close();
            throw new StoreException(
                    folder.resolve(FreshLog.FILE)
                            + " cannot be understood: "
                            + e.getMessage()
                            + ". See docs/queue.md, \"When the file is damaged\".",
                    e);
        }
        fresh.noteEmpty();
        return fresh;
    }

    private static @Nullable FreshLog openLog(Path folder) {
        try {
            return FreshLog.open(folder);
        } catch (IOException e) {
            LOG.warn("{} cannot be used, and mail is stored slower: {}", FreshLog.FILE, e);
            return null;
        }
    }

    private final class Memory implements FreshRecords.Listener {
        @Override
        public void message(QueuedMessage message, byte[] content) {
            remember(message, Payload.whole(content));
        }

        @Override
        public void end(EntryId entry) {
            forget(entry);
        }
    }

    /// Makes the group durable in the log, where all of it can be; else null, and nothing has
    /// happened.
    @Nullable Effects commit(Group group) throws IOException {
        if (log == null || !takes(group) || !log.hasRoomFor(contentBytes(group))) return null;
        records.begin();
        for (Job.Accept accept : group.accepts()) {
            records.message(accept.message(), accept.rest().whole());
        }
        for (QueueChange change : group.changes()) {
            if (change instanceof QueueChange.End end) records.end(end.entry());
        }
        if (!log.hasRoomFor(records.length())) return null;
        log.append(records.array(), records.length());
        var effects = new Effects();
        for (Job.Accept accept : group.accepts()) {
            remember(accept.message(), accept.rest());
            effects.accepted(accept.message(), accept.rest().whole());
        }
        for (QueueChange change : group.changes()) {
            if (change instanceof QueueChange.End end && forget(end.entry())) {
                effects.ended(end.entry().message());
            }
        }
        noteEmpty();
        return effects;
    }

    private static boolean takes(Group group) {
        if (!group.chunks().isEmpty()) return false;
        for (Job.Accept accept : group.accepts()) if (!accept.rest().isOneRow()) return false;
        for (QueueChange change : group.changes()) if (!isMereEnd(change)) return false;
        return true;
    }

    private static boolean isMereEnd(QueueChange change) {
        return change instanceof QueueChange.End(_, var notices) && notices.isEmpty();
    }

    /// The least that a block takes: what is too much anyway is not put together.
    private static int contentBytes(Group group) {
        long bytes = 0;
        for (Job.Accept accept : group.accepts()) bytes += accept.rest().whole().length;
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    private void remember(QueuedMessage message, Payload content) {
        messages.put(message.id(), new Waiting(message, content, System.nanoTime()));
    }

    /// True where the message has ended with it, and was never in the queue's file.
    private boolean forget(EntryId entry) {
        Waiting waiting = messages.get(entry.message());
        if (waiting == null) {
            if (ends.isEmpty()) firstEndNanos = System.nanoTime();
            ends.add(entry);
            return false;
        }
        List<QueueEntry> left = new ArrayList<>(waiting.message().entries());
        left.removeIf(other -> other.id().equals(entry));
        if (left.isEmpty()) {
            messages.remove(entry.message());
            return true;
        }
        var rest = new QueuedMessage(waiting.message().envelope(), left);
        messages.replace(
                entry.message(), new Waiting(rest, waiting.content(), waiting.sinceNanos()));
        return false;
    }

    /// Whether the queue's file says all there is to say. Any thread.
    boolean isEmpty() {
        return empty;
    }

    private void noteEmpty() {
        empty = messages.isEmpty() && ends.isEmpty();
    }

    /// How long it may stay here, in nanoseconds; 0 where it must go now.
    long restNanos() {
        if (ends.size() > MAX_ENDS) return 0;
        long rest = Long.MAX_VALUE;
        long now = System.nanoTime();
        if (!ends.isEmpty()) rest = left(firstEndNanos, now);
        if (messages.isEmpty()) return rest;
        return Math.min(rest, left(messages.values().iterator().next().sinceNanos(), now));
    }

    private static long left(long sinceNanos, long now) {
        return Math.max(0, sinceNanos + MAX_AGE_NANOS - now);
    }

    /// Within a transaction: hands everything over. The epoch that is put into the queue's file
    /// with it goes to [#written] when the transaction is committed; else nothing has changed.
    void writeTo(QueueWrites writes) throws SQLException {
        for (Waiting waiting : messages.values()) {
            writes.insert(waiting.message(), waiting.content());
        }
        writes.flushInserts();
        for (EntryId end : ends) writes.apply(new QueueChange.End(end, List.of()));
    }

    /// Whether the log has nothing for the queue's file, and can go on as it is.
    boolean isUntouched() {
        return isEmpty() && (log == null || log.isUntouched());
    }

    /// One that was never used before.
    static long newEpoch() {
        return RANDOM.nextLong(1, Long.MAX_VALUE);
    }

    void written(long epoch) {
        messages.clear();
        ends.clear();
        noteEmpty();
        if (log != null) log.begin(epoch);
    }

    @Override
    public void close() throws IOException {
        if (log != null) log.close();
    }
}
