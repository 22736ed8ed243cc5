package relay.server.store;

import java.util.ArrayList;
import java.util.List;

/// Counts the bytes of contents that are on their way to the disk, and tells who sends them when to
/// wait. Any thread.
///
/// Bytes are `gathering` while a content collects them, and `writing` once they are handed to the
/// writer as chunks. Only the second kind makes a sender wait, because only they are sure to become
/// fewer.
final class MemoryBudget {
    private final long gatheringLimit;
    private final long writingLimit;
    private long gathering;
    private long writing;
    private List<Runnable> waiting = new ArrayList<>();

    MemoryBudget(long gatheringLimit, long writingLimit) {
        this.gatheringLimit = gatheringLimit;
        this.writingLimit = writingLimit;
    }

    enum Room {
        /// There is room.
        ENOUGH,
        /// Contents have gathered too much: this one should hand over what it has.
        SCARCE,
        /// The writer has too much: the sender should wait for `writable`.
        NONE
    }

    /// Counts `bytes` more in a content's buffer.
    synchronized Room gather(int bytes, Runnable writable) {
        gathering += bytes;
        if (gathering > gatheringLimit) return Room.SCARCE;
        if (writing <= writingLimit) return Room.ENOUGH;
        waiting.add(writable);
        return Room.NONE;
    }

    /// Uncounts bytes that were gathered.
    synchronized void release(long bytes) {
        gathering -= bytes;
    }

    /// Moves `bytes` to the writer. False: `writable` runs when there is room again.
    synchronized boolean handOver(int bytes, Runnable writable) {
        gathering -= bytes;
        writing += bytes;
        if (writing <= writingLimit) return true;
        waiting.add(writable);
        return false;
    }

    /// The writer is done with `bytes`. Gives back who may go on; the caller runs them.
    synchronized List<Runnable> written(long bytes) {
        writing -= bytes;
        if (writing > writingLimit / 2 || waiting.isEmpty()) return List.of();
        List<Runnable> released = waiting;
        waiting = new ArrayList<>();
        return released;
    }

    /// Bytes of both kinds.
    synchronized long inMemory() {
        return gathering + writing;
    }
}
