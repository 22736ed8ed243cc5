package relay.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How long the disk takes of late to make a message durable. Any thread.
final class CommitTimes {
    /// A disk that is asked nothing any more, since mail is refused, is not fast all at once.
    private static final double FADING = 0.9;

    private final LongSupplier nanoTime;
    private final Set<Commit> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final AtomicLong answeredNanos = new AtomicLong();

    /// One of them. Two that begin at the same time are two.
    static final class Commit {
        private final long begunNanos;

        private Commit(long begunNanos) {
            this.begunNanos = begunNanos;
        }
    }

    /// `nanoTime` as [System#nanoTime].
    CommitTimes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    Commit begin() {
        var commit = new Commit(nanoTime.getAsLong());
        underWay.add(commit);
        return commit;
    }

    void ended(Commit commit) {
        underWay.remove(commit);
        slowestNanos.accumulateAndGet(age(commit), Math::max);
    }

    /// The slowest since the last question, in nanoseconds; one that has not ended is as slow as it is
    /// old. At least nine tenths of the last answer. One thread asks.
    long slowestNanos() {
        long slowest = slowestNanos.getAndSet(0);
        for (Commit commit : underWay) slowest = Math.max(slowest, age(commit));
        long answer = Math.max(slowest, (long) (FADING * answeredNanos.get()));
        answeredNanos.set(answer);
        return answer;
    }

    private long age(Commit commit) {
        return nanoTime.getAsLong() - commit.begunNanos;
    }
}
