package relay.server.store;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where everybody leaves work for the writer. Any thread puts; the writer alone awaits and takes.
///
/// Small work and chunks of large contents stand in two queues, so that mail of 2 KiB does not wait
/// behind 36 MiB. Someone waits for urgent work, so it wakes the writer; changes do not, but the
/// writer takes them at the latest [#LINGER_NANOS] after it saw the first.
final class Mailbox {
    /// How much of large contents goes into one transaction, in bytes.
    static final long BULK_BYTES = 1024 * 1024;

    private static final int SMALL_JOBS = 2_000;
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private enum Rest {
        NONE,
        LINGERING,
        IDLE
    }

    private final Queue<Job> small = new ConcurrentLinkedQueue<>();
    private final Queue<Job> bulk = new ConcurrentLinkedQueue<>();
    private final AtomicLong bulkBytes = new AtomicLong();
    private volatile Rest rest = Rest.NONE;
    private volatile boolean urgent;
    private volatile boolean closed;
    private volatile @Nullable Thread writer;
    private volatile Consumer<Job> refuse = _ -> {};

    void put(Job job) {
        switch (job) {
            case Job.Accept(_, var content, _, _) ->
                    put(content.hasChunks() ? bulk : small, job, Urgency.NOW);
            case Job.Chunks(_, _, var bytes) -> {
                boolean enough = bulkBytes.addAndGet(bytes) >= BULK_BYTES;
                put(bulk, job, enough ? Urgency.NOW : Urgency.SOON);
            }
            case Job.Discard _ -> put(bulk, job, Urgency.SOON);
            case Job.Change _ -> put(small, job, Urgency.SOON);
            case Job.Load _, Job.Task _ -> put(small, job, Urgency.NOW);
        }
    }

    private enum Urgency {
        NOW,
        SOON
    }

    private void put(Queue<Job> queue, Job job, Urgency urgency) {
        queue.add(job);
        if (urgency == Urgency.NOW) urgent = true;
        Rest seen = rest;
        if (seen == Rest.IDLE || (seen == Rest.LINGERING && urgency == Urgency.NOW)) wake();
        if (closed) refuseAll();
    }

    /// The thread that calls is the writer. To be called before the writer first asks whether it may
    /// end: whoever tells it to afterwards must be able to wake it.
    void takeUp() {
        writer = Thread.currentThread();
    }

    void wake() {
        LockSupport.unpark(writer);
    }

    /// Waits for work, at most `idleNanos`; 0 does not wait. Writer only.
    void await(long idleNanos) {
        if (idleNanos <= 0 || urgent) return;
        if (isEmpty()) park(Rest.IDLE, idleNanos);
        long deadline = System.nanoTime() + LINGER_NANOS;
        long left = LINGER_NANOS;
        while (!isEmpty() && !urgent && left > 0) {
            park(Rest.LINGERING, left);
            left = deadline - System.nanoTime();
        }
    }

    private void park(Rest how, long nanos) {
        rest = how;
        // What was put before `rest` was written did not wake anyone.
        if (!urgent && (how == Rest.LINGERING || isEmpty())) LockSupport.parkNanos(this, nanos);
        rest = Rest.NONE;
    }

    /// Takes what fits into one transaction. Writer only.
    void drainTo(Group group) {
        urgent = false;
        Job job;
        for (int taken = 0; taken < SMALL_JOBS && (job = small.poll()) != null; taken++) {
            group.add(job);
        }
        long bytes = 0;
        while (bytes < BULK_BYTES && (job = bulk.poll()) != null) {
            if (job instanceof Job.Chunks chunks) bytes += chunks.bytes();
            group.add(job);
        }
        bulkBytes.addAndGet(-bytes);
        if (!small.isEmpty() || bulkBytes.get() >= BULK_BYTES) urgent = true;
    }

    boolean isEmpty() {
        return small.isEmpty() && bulk.isEmpty();
    }

    /// From now on each job goes to `refusal`, on the thread that puts it. Writer only, as its
    /// last.
    void close(Consumer<Job> refusal) {
        refuse = refusal;
        closed = true;
        refuseAll();
    }

    private void refuseAll() {
        Job job;
        while ((job = small.poll()) != null) refuse.accept(job);
        while ((job = bulk.poll()) != null) refuse.accept(job);
    }
}
