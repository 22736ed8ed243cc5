package relay.server.store;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueChange;
import relay.core.queue.QueuedMessage;
import relay.server.store.StoreHealth.Damaged;

/// The one platform thread that writes the queue: it takes everything that waits into one
/// transaction, has it synced once, and then tells everybody. While a group is being synced the
/// next one gathers.
///
/// When a group fails because of the disk, its messages are refused and its changes kept; the
/// writer tries again by itself until a message would fit, and refuses new mail until then. When it
/// fails because of one thing in it, everything is tried alone, so that this one harms no other.
final class StoreWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long FIRST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String CLOSED = "the queue is closed";
    private static final CommitResult COMMITTED = new CommitResult.Committed();

    private final QueueDisk file;
    private final Mailbox mailbox;
    private final MemoryBudget budget;
    private final ContentCache cache;
    private final InstantSource clock;
    private final Duration lastTries;
    private final Consumer<List<QueuedMessage>> accepted;
    private final EventSink events;
    private final Group group = new Group();
    private final AtomicLong commits = new AtomicLong();
    private @Nullable Trouble trouble;
    private long waitNanos;
    private volatile StoreHealth health = new StoreHealth.Writable();
    private volatile @Nullable Damaged damage;
    private volatile long closeBy = Long.MAX_VALUE;

    /// `retryAt` is a time of [System#nanoTime].
    private record Trouble(String reason, long retryAt) {}

    StoreWriter(
            QueueDisk file,
            Mailbox mailbox,
            MemoryBudget budget,
            ContentCache cache,
            InstantSource clock,
            Duration lastTries,
            Consumer<List<QueuedMessage>> accepted,
            EventSink events) {
        this.file = file;
        this.mailbox = mailbox;
        this.budget = budget;
        this.cache = cache;
        this.clock = clock;
        this.lastTries = lastTries;
        this.accepted = accepted;
        this.events = events;
    }

    @Override
    public void run() {
        mailbox.takeUp();
        while (!mayEnd()) {
            try {
                turn();
            } catch (Exception | Error e) {
                failing(e);
            }
        }
        end();
    }

    /// Any thread. [#run] returns when everything is done, or cannot be done within `lastTries`.
    void close() {
        closeBy = System.nanoTime() + lastTries.toNanos();
        mailbox.wake();
    }

    /// Any thread.
    StoreHealth health() {
        Damaged found = damage;
        return found != null && health instanceof StoreHealth.Writable ? found : health;
    }

    /// The file is damaged: no more mail goes into it, what is in it goes on. Any thread.
    void refuseFromNowOn(String why) {
        damage = new Damaged(why);
        fault("the queue is damaged; new mail is refused from now on", why);
    }

    /// How many groups were committed. Any thread.
    long commits() {
        return commits.get();
    }

    private void turn() {
        mailbox.await(patienceNanos());
        mailbox.drainTo(group);
        runTasks();
        if (damage instanceof Damaged(var why)) refuseMail(group, why);
        if (trouble != null) {
            refuseMail(group, trouble.reason());
            if (trouble.retryAt() - System.nanoTime() <= 0) recover();
        } else if (!group.writesNothing() || file.hasOwnWork()) {
            commit(group);
        }
        forgetDiscarded();
        if (group.changes().isEmpty()) answerLoads();
    }

    private long patienceNanos() {
        if (isClosing() && trouble == null) return 0;
        if (trouble != null) return Math.max(1, trouble.retryAt() - System.nanoTime());
        return Math.min(IDLE_NANOS, file.restNanos());
    }

    private void commit(Group what) {
        refuseIncomplete(what);
        Effects effects;
        try {
            effects = file.commit(what);
        } catch (Exception | Error e) {
            file.rollBack();
            if (!Schema.isOnlyThisOne(e)) stop(what, e);
            else if (what.writes() > 1) commitEachAlone(what);
            else giveUp(what, e);
            return;
        }
        commits.incrementAndGet();
        effects.applyTo(cache);
        tell(what, effects);
    }

    /// A message of which chunks could not be written cannot be accepted.
    private void refuseIncomplete(Group what) {
        what.accepts()
                .removeIf(accept -> {
                    String failure = accept.content().failure();
                    if (failure != null) refuse(accept, failure);
                    return failure != null;
                });
    }

    private void tell(Group what, Effects effects) {
        List<Job.Accept> accepts = List.copyOf(what.accepts());
        List<Job.Chunks> chunks = List.copyOf(what.chunks());
        what.forgetWrites();
        for (var accept : accepts) {
            accept.content().settle();
            call(() -> accept.done().accept(COMMITTED));
        }
        if (!effects.accepted().isEmpty()) call(() -> accepted.accept(effects.accepted()));
        chunks.forEach(this::written);
    }

    private void written(Job.Chunks chunks) {
        budget.written(chunks.bytes()).forEach(this::call);
    }

    private void commitEachAlone(Group what) {
        for (Job job : what.takeWrites()) {
            // After trouble with the disk the rest waits for its turn.
            if (trouble == null) commit(Group.of(job));
            else group.add(job);
        }
    }

    /// Nobody else can be harmed any more: what cannot be written is told so and dropped.
    private void giveUp(Group one, Throwable why) {
        for (QueueChange change : one.changes()) {
            fault("a change to the queue cannot be made and was dropped", change + ": " + why);
        }
        if (one.writesNothing()) failing(why);
        else if (one.changes().isEmpty()) fault("a message cannot be stored", why.toString());
        refuseMail(one, why.toString());
        one.forgetWrites();
    }

    /// The disk fails: mail is refused, changes wait.
    private void stop(Group what, Throwable why) {
        failing(why);
        refuseMail(what, why.toString());
        if (what != group) what.changes().forEach(group.changes()::add);
    }

    private void failing(Throwable why) {
        // The first new attempt comes at once: often one large message did not fit and others do.
        trouble = new Trouble(why.toString(), System.nanoTime() + waitNanos);
        waitNanos = Math.clamp(waitNanos * 2, FIRST_WAIT_NANOS, LONGEST_WAIT_NANOS);
        if (health instanceof StoreHealth.Failing) return;
        health = new StoreHealth.Failing(why.toString(), clock.instant());
        fault("the queue cannot be written; new mail is refused until it can", why.toString());
    }

    private void recover() {
        trouble = null;
        commit(group);
        if (trouble != null) return;
        try {
            file.probe();
        } catch (Exception | Error e) {
            failing(e);
            return;
        }
        waitNanos = 0;
        health = new StoreHealth.Writable();
        LOG.info("the queue can be written again");
    }

    private void refuseMail(Group what, String reason) {
        for (var chunks : what.chunks()) {
            giveUp(chunks.content(), reason);
            written(chunks);
        }
        for (var accept : what.accepts()) {
            giveUp(accept.content(), reason);
            refuse(accept, reason);
        }
        what.chunks().clear();
        what.accepts().clear();
    }

    private void refuse(Job.Accept accept, String reason) {
        accept.content().settle();
        call(() -> accept.done().accept(new CommitResult.Failed(reason)));
    }

    private void giveUp(ContentBuffer content, String reason) {
        if (content.failure() != null) return;
        content.fail(reason);
        if (content.hasChunks()) file.sweep(content.id());
    }

    private void forgetDiscarded() {
        for (var discard : group.discards()) file.sweep(discard.content().id());
        group.discards().clear();
    }

    private void answerLoads() {
        for (Iterator<Job.Load> loads = group.loads().iterator(); loads.hasNext(); ) {
            Job.Load load = loads.next();
            try {
                var loaded = file.load(load.query());
                loads.remove();
                call(() -> load.done().accept(loaded));
            } catch (Exception e) {
                // It is answered when the disk can be read again.
                if (trouble == null) failing(e);
                return;
            }
        }
    }

    private void runTasks() {
        for (var task : group.tasks()) {
            try {
                file.run(task.task());
            } catch (Exception e) {
                call(() -> task.failed().accept(e));
            }
        }
        group.tasks().clear();
    }

    private boolean isClosing() {
        return closeBy != Long.MAX_VALUE;
    }

    private boolean mayEnd() {
        if (!isClosing()) return false;
        boolean done = mailbox.isEmpty() && group.writesNothing() && group.loads().isEmpty();
        return done || System.nanoTime() - closeBy > 0;
    }

    private void end() {
        health = new StoreHealth.Closed();
        mailbox.close(this::refuse);
        refuseMail(group, CLOSED);
        group.tasks().forEach(this::refuse);
        if (!group.changes().isEmpty()) {
            fault(
                    "the queue was closed before changes could be written; some mail may be"
                            + " delivered twice",
                    group.changes().size() + " changes, " + trouble);
        }
        file.close();
    }

    /// On the thread of whoever came too late. A change is dropped as in a crash; a load has no
    /// answer, since an empty one would be a lie.
    private void refuse(Job job) {
        switch (job) {
            case Job.Accept accept -> refuse(accept, CLOSED);
            case Job.Chunks chunks -> {
                chunks.content().fail(CLOSED);
                written(chunks);
            }
            case Job.Task(_, var failed) ->
                    call(() -> failed.accept(new IllegalStateException(CLOSED)));
            case Job.Change _, Job.Discard _, Job.Load _ -> {}
        }
    }

    private void call(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            fault("a fault of the relay itself, in answer to the queue", e.toString());
            LOG.error("callback of the queue", e);
        }
    }

    private void fault(String what, String detail) {
        events.on(new RelayEvent.Fault(what, detail));
    }
}
