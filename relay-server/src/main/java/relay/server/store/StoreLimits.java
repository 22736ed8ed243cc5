package relay.server.store;

import java.time.Duration;

/// How much memory the store may use for message contents, in bytes, and how long it may take to
/// open and to close.
///
/// `cacheBytes`: contents of queued messages, so that fresh mail is sent without reading the disk.
/// `spillBytes`: a content larger than this goes to the disk while it still comes in, and is not
/// cached. `gatheringBytes`: contents that are coming in and wait for their commit; beyond it they
/// go to the disk in smaller pieces. `writingBytes`: pieces handed to the writer; beyond it
/// [relay.core.queue.MessageStore.Content#write] asks its caller to wait. `checkedFirstBytes`:
/// a queue file up to this size is looked through before it is used, a larger one meanwhile.
/// `lastTries`: how long a store that is closed goes on with what the disk does not take.
public record StoreLimits(
        long cacheBytes,
        int spillBytes,
        long gatheringBytes,
        long writingBytes,
        long checkedFirstBytes,
        Duration lastTries) {
    private static final int MIB = 1024 * 1024;

    /// For a heap of 256 MiB.
    public static final StoreLimits DEFAULT =
            new StoreLimits(
                    64 * MIB, MIB / 4, 16 * MIB, 16 * MIB, 256 * MIB, Duration.ofSeconds(10));

    /// For a heap of so many bytes: of a small one the same part as [#DEFAULT] is of its own, of a
    /// larger one no more.
    public static StoreLimits forHeap(long heapBytes) {
        double part = Math.min(1, heapBytes / (256.0 * MIB));
        return new StoreLimits(
                (long) (part * DEFAULT.cacheBytes()),
                DEFAULT.spillBytes(),
                (long) (part * DEFAULT.gatheringBytes()),
                (long) (part * DEFAULT.writingBytes()),
                DEFAULT.checkedFirstBytes(),
                DEFAULT.lastTries());
    }

    public StoreLimits {
        if (cacheBytes < 0 || gatheringBytes < 0 || checkedFirstBytes < 0)
            throw new IllegalArgumentException("a limit in bytes is not negative");
        if (spillBytes < 1 || writingBytes < 1)
            throw new IllegalArgumentException("this limit is at least one byte");
    }
}
