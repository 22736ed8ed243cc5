package relay.server.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueId;

/// Collects a message's content. A small one stays in memory until it is accepted; of a larger one
/// full rows go to the writer as they come.
///
/// Confined to its caller's thread; [#fail], [#failure] and [#settle] are the writer's.
final class ContentBuffer implements MessageStore.Content {
    private final QueueId id;
    private final int spillBytes;
    private final MemoryBudget budget;
    private final Mailbox mailbox;
    private List<byte[]> pieces = new ArrayList<>();
    private int bufferedBytes;
    private long sizeBytes;
    private int nextRow;
    private Phase phase = Phase.OPEN;
    private volatile @Nullable String failure;

    private enum Phase {
        OPEN,
        ACCEPTED,
        DISCARDED
    }

    ContentBuffer(QueueId id, int spillBytes, MemoryBudget budget, Mailbox mailbox) {
        this.id = id;
        this.spillBytes = spillBytes;
        this.budget = budget;
        this.mailbox = mailbox;
    }

    QueueId id() {
        return id;
    }

    @Override
    public boolean write(byte[] bytes, Runnable writable) {
        if (phase == Phase.ACCEPTED) {
            throw new IllegalStateException("the content of " + id + " is complete");
        }
        sizeBytes += bytes.length;
        // What cannot be stored any more is not kept; `accept` will say why.
        if (phase == Phase.DISCARDED || failure != null || bytes.length == 0) return true;
        pieces.add(bytes);
        bufferedBytes += bytes.length;
        return switch (budget.gather(bytes.length, writable)) {
            case ENOUGH -> bufferedBytes <= spillBytes || spill(Spill.FULL_ROWS, writable);
            case SCARCE -> spill(Spill.EVERYTHING, writable);
            case NONE -> false;
        };
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void discard() {
        if (phase != Phase.OPEN) return;
        phase = Phase.DISCARDED;
        failure = "the content was discarded";
        settle();
        if (hasChunks()) mailbox.put(new Job.Discard(this));
    }

    /// Ends the content and gives what has not gone to the writer yet.
    Payload finish() {
        if (phase != Phase.OPEN) {
            throw new IllegalStateException("the content of " + id + " has been given up or taken");
        }
        phase = Phase.ACCEPTED;
        List<byte[]> rest = pieces;
        pieces = List.of();
        if (!hasChunks()) return Payload.whole(Payload.join(rest, bufferedBytes));
        return Payload.rest(
                nextRow, bufferedBytes == 0 ? List.of() : Payload.rows(rest, bufferedBytes));
    }

    /// Whether a part of it went to the writer as chunks.
    boolean hasChunks() {
        return nextRow > 0;
    }

    /// It can never be complete on disk. Writer only.
    void fail(String reason) {
        failure = reason;
    }

    /// Why it cannot be complete on disk, or null. Any thread.
    @Nullable String failure() {
        return failure;
    }

    /// Its buffered bytes are on disk or given up.
    void settle() {
        budget.release(bufferedBytes);
        bufferedBytes = 0;
        pieces = List.of();
    }

    private enum Spill {
        FULL_ROWS,
        EVERYTHING
    }

    private boolean spill(Spill how, Runnable writable) {
        var rows = new ArrayList<>(Payload.rows(pieces, bufferedBytes));
        pieces = new ArrayList<>();
        int bytes = bufferedBytes;
        if (how == Spill.FULL_ROWS
                && rows.size() > 1
                && rows.getLast().length < Payload.ROW_BYTES) {
            byte[] rest = rows.removeLast();
            pieces.add(rest);
            bytes -= rest.length;
        }
        bufferedBytes -= bytes;
        int first = nextRow;
        nextRow += rows.size();
        mailbox.put(new Job.Chunks(this, Payload.rest(first, rows), bytes));
        return budget.handOver(bytes, writable);
    }
}
