package relay.server.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.ContentSource;
import relay.core.queue.LaneCensus;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueueView;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;

/// The durable queue in a data folder, which belongs to one store at a time. Every commit is
/// synced; `docs/queue.md` says what a crash leaves.
///
/// Any thread. Callbacks come on the thread `StoreWriter` and must not block, and must not call
/// [#close]. Contents not in memory and the questions of [QueueView] are read on threads of the
/// store, so a virtual thread that asks is not pinned.
public final class SqliteStore implements MessageStore, ContentSource, QueueView, AutoCloseable {
    private static final int SETTLE_SECONDS = 5;

    private final FolderLock lock;
    private final QueueFile file;
    private final StoreLimits limits;
    private final Path folder;
    private final Mailbox mailbox = new Mailbox();
    private final MemoryBudget budget;
    private final Contents contents;
    private final DiskView view;
    private final StoreWriter writer;
    private final Thread thread;
    private final LateCheck lateCheck;

    private SqliteStore(
            FolderLock lock,
            QueueFile file,
            ContentCache cache,
            Path folder,
            StoreLimits limits,
            InstantSource clock,
            Consumer<List<QueuedMessage>> accepted,
            EventSink events)
            throws SQLException {
        this.lock = lock;
        this.file = file;
        this.limits = limits;
        this.folder = folder;
        budget = new MemoryBudget(limits.gatheringBytes(), limits.writingBytes());
        contents = new Contents(folder, cache);
        view = new DiskView(folder, unreadable(events));
        writer =
                new StoreWriter(
                        file, mailbox, budget, cache, clock, limits.lastTries(), accepted, events);
        thread = Thread.ofPlatform().name("StoreWriter").unstarted(writer);
        lateCheck = new LateCheck(folder, writer::refuseFromNowOn);
    }

    /// Opens the queue in `folder`, and makes both where there are none (folder 0700, files 0600).
    ///
    /// `accepted` hears, once for each committed group, of every message that became ours, notices
    /// included, after those who handed them over. `events` hears of faults. Throws
    /// [StoreException], with a message for the operator, where another store has the folder, the
    /// file is damaged, not a queue or of a newer relay, or the disk fails. Damage in a file of more
    /// than `checkedFirstBytes` is found later: from then on [#health] says so, and mail is refused.
    public static SqliteStore open(
            Path folder,
            StoreLimits limits,
            InstantSource clock,
            Consumer<List<QueuedMessage>> accepted,
            EventSink events) {
        FolderLock lock = FolderLock.take(folder);
        QueueFile file = null;
        try {
            Soundness.checkFiles(folder, lock.past());
            Soundness.When check = Soundness.when(folder, limits.checkedFirstBytes());
            var cache = new ContentCache(limits.cacheBytes());
            file = QueueFile.open(folder, check, cache, clock, unreadable(events));
            lock.noteQueue();
            var store = new SqliteStore(lock, file, cache, folder, limits, clock, accepted, events);
            store.thread.start();
            if (check == Soundness.When.MEANWHILE) store.lateCheck.start();
            return store;
        } catch (SQLException | RuntimeException e) {
            if (file != null) file.close();
            lock.close();
            throw e instanceof SQLException sql
                    ? Schema.unreadable(folder.resolve(Schema.FILE), sql)
                    : (RuntimeException) e;
        }
    }

    /// Whether mail can be made durable now. It changes by itself when the disk fails or has room
    /// again.
    public StoreHealth health() {
        return writer.health();
    }

    @Override
    public QueueId newId() {
        return file.ids().next();
    }

    @Override
    public Content newContent(QueueId id) {
        return new ContentBuffer(id, limits.spillBytes(), budget, mailbox);
    }

    /// After [#close], `done` hears [MessageStore.CommitResult.Failed] on the caller's thread.
    /// `content` is one that [#newContent] made for this message.
    @Override
    public void accept(QueuedMessage message, Content content, Consumer<CommitResult> done) {
        if (!(content instanceof ContentBuffer buffer) || !buffer.id().equals(message.id())) {
            throw new IllegalArgumentException("not the content of " + message.id());
        }
        mailbox.put(new Job.Accept(message, buffer, buffer.finish(), done));
    }

    /// A change of an entry that has ended is ignored, its notices are not. After [#close], changes
    /// are dropped.
    @Override
    public void change(QueueChange change) {
        mailbox.put(new Job.Change(change));
    }

    /// While changes cannot be written the answer waits for them. After [#close] there is none.
    @Override
    public void load(LoadQuery query, Consumer<Loaded> done) {
        mailbox.put(new Job.Load(query, done));
    }

    /// As [#lanes].
    @Override
    public List<LaneCensus> census() {
        return lanes();
    }

    @Override
    public Reading open(QueueId id) {
        if (contents.inMemory(id).length == 0) settle();
        return contents.open(id);
    }

    @Override
    public byte[] inMemory(QueueId id) {
        return contents.inMemory(id);
    }

    @Override
    public List<LaneCensus> lanes() {
        settle();
        return view.lanes();
    }

    @Override
    public List<QueueEntry> entries(Lane lane, int limit) {
        settle();
        return view.entries(lane, limit);
    }

    @Override
    public List<QueueEntry> message(QueueId id) {
        settle();
        return view.message(id);
    }

    /// A message with recipients of one domain in two lanes counts twice there. The answer may be
    /// twenty times as old as it took to count.
    @Override
    public List<DomainCount> longestDomains(int limit) {
        settle();
        return view.longestDomains(limit);
    }

    /// Has what is only in the [FreshLog] brought into the file that is read next. Where the disk
    /// does not take it, those who read see a queue that is a little old.
    private void settle() {
        if (file.isUpToDate()) return;
        try {
            onWriter(_ -> {}).get(SETTLE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            // `health` says why.
            return;
        }
    }

    /// Writes the queue as it is now to a new file (mode 0600), whole and synced; the answer is its
    /// size in bytes. Everything that was acknowledged before is in it: where the disk does not take
    /// what is only in the [FreshLog], this throws. Blocks for as long as the disk needs, and must
    /// not be called from a virtual thread. Throws [java.nio.file.FileAlreadyExistsException] where
    /// the file is there already.
    public long backUp(Path target) throws IOException {
        try {
            onWriter(_ -> {}).get(SETTLE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the queue cannot be written now, so no copy has all of it", e);
        }
        return Backup.write(folder, target);
    }

    /// Writes what was handed over before, and leaves the folder to another. Takes at most some
    /// seconds, also where the disk does not work.
    @Override
    public void close() {
        lateCheck.close();
        writer.close();
        try {
            thread.join();
        } catch (InterruptedException _) {
            // The writer ends by itself; its folder is free when the process has ended.
            Thread.currentThread().interrupt();
            return;
        }
        contents.close();
        view.close();
        lock.close();
    }

    /// How many groups were committed since the start.
    long commits() {
        return writer.commits();
    }

    /// Bytes of contents on their way to the disk.
    long bytesInFlight() {
        return budget.inMemory();
    }

    /// Does something on the writer's connection, between two transactions.
    CompletableFuture<Void> onWriter(Job.SqlTask task) {
        var done = new CompletableFuture<Void>();
        mailbox.put(
                new Job.Task(
                        connection -> {
                            task.run(connection);
                            done.complete(null);
                        },
                        done::completeExceptionally));
        return done;
    }

    private static Consumer<String> unreadable(EventSink events) {
        return what ->
                events.on(new RelayEvent.Fault("an entry of the queue cannot be read", what));
    }
}
