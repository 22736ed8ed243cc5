package relay.core.simulation;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import relay.core.queue.ContentSource;
import relay.core.queue.LaneCensus;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// The store of one process: gathers what is handed over while a group is being synced, and makes
/// each group durable as one. When the disk fails, mail is refused and changes wait. When the
/// process dies, of the group under way a first part may be on the disk, and of the rest nothing.
final class SimStore implements MessageStore, ContentSource {
    private static final long RETRY_MILLIS = 500;

    private sealed interface Job {
        record Accept(QueuedMessage message, Buffer content, Consumer<CommitResult> done)
                implements Job {}

        record Change(QueueChange change) implements Job {}

        record Load(LoadQuery query, Consumer<Loaded> done) implements Job {}
    }

    private final Life life;
    private final SimDisk disk;
    private final DiskChanges changes;
    private final DiskHealth health;
    private final Trace trace;
    private final Consumer<List<QueuedMessage>> accepted;
    private final Map<QueueId, byte[]> cache = new HashMap<>();
    private List<Job> gathering = new ArrayList<>();
    private List<Job> syncing = List.of();
    private boolean troubled;
    private boolean waiting;

    SimStore(
            Life life,
            SimDisk disk,
            DiskHealth health,
            Trace trace,
            Consumer<List<QueuedMessage>> accepted) {
        this.life = life;
        this.disk = disk;
        this.changes = new DiskChanges(disk);
        this.health = health;
        this.trace = trace;
        this.accepted = accepted;
    }

    @Override
    public QueueId newId() {
        return disk.newId();
    }

    @Override
    public Content newContent(QueueId id) {
        return new Buffer();
    }

    @Override
    public void accept(QueuedMessage message, Content content, Consumer<CommitResult> done) {
        put(new Job.Accept(message, (Buffer) content, done));
    }

    @Override
    public void change(QueueChange change) {
        trace.say(() -> "store < " + change);
        put(new Job.Change(change));
    }

    @Override
    public void load(LoadQuery query, Consumer<Loaded> done) {
        put(new Job.Load(query, done));
    }

    @Override
    public List<LaneCensus> census() {
        return disk.census();
    }

    @Override
    public byte[] inMemory(QueueId id) {
        return cache.getOrDefault(id, new byte[0]).clone();
    }

    @Override
    public Reading open(QueueId id) {
        byte[] whole = disk.contents.get(id);
        if (whole == null || health.readFails()) {
            throw new ContentLost("no content of " + id, new IllegalStateException("disk"));
        }
        return new Pieces(whole);
    }

    boolean isIdle() {
        return gathering.isEmpty() && syncing.isEmpty();
    }

    /// What the disk has when the process dies here.
    void die() {
        int survivors = syncing.isEmpty() ? 0 : life.sim.luck.upTo(syncing.size() + 1);
        trace.say(() -> "store dies; " + survivors + " of " + syncing.size() + " are on disk");
        if (health.isFailing()) return;
        syncing.subList(0, survivors).forEach(this::write);
    }

    /// Ends it in good order: what was handed over is written.
    void close() {
        syncing.forEach(this::write);
        gathering.stream().filter(job -> job instanceof Job.Change).forEach(this::write);
    }

    private void put(Job job) {
        gathering.add(job);
        if (syncing.isEmpty() && !waiting) begin();
    }

    private void begin() {
        if (gathering.isEmpty()) return;
        syncing = gathering;
        gathering = new ArrayList<>();
        long began = life.sim.nowMillis();
        life.after(health.syncMillis(), () -> end(began));
    }

    private void end(long began) {
        List<Job> group = syncing;
        syncing = List.of();
        if (health.isFailing()) {
            fail(group);
            return;
        }
        troubled = false;
        health.synced(began);
        var ours = new ArrayList<QueuedMessage>();
        group.forEach(job -> ours.addAll(write(job)));
        for (Job job : group) {
            if (job instanceof Job.Accept(_, _, var done))
                done.accept(new CommitResult.Committed());
        }
        if (!ours.isEmpty()) accepted.accept(ours);
        for (Job job : group) {
            if (job instanceof Job.Load(var query, var done)) done.accept(disk.load(query));
        }
        begin();
    }

    private void fail(List<Job> group) {
        troubled = true;
        health.failed();
        trace.say(() -> "store: the disk fails");
        refuseMail(group);
        refuseMail(gathering);
        var kept = new ArrayList<Job>(group);
        kept.addAll(gathering);
        gathering = kept;
        waiting = true;
        life.after(RETRY_MILLIS, this::tryAgain);
    }

    private void tryAgain() {
        refuseMail(gathering);
        waiting = false;
        begin();
    }

    private void refuseMail(List<Job> jobs) {
        for (Job job : List.copyOf(jobs)) {
            if (job instanceof Job.Accept(_, _, var done)) {
                jobs.remove(job);
                done.accept(new CommitResult.Failed("the disk fails"));
            }
        }
    }

    private List<QueuedMessage> write(Job job) {
        return switch (job) {
            case Job.Accept(var message, var content, _) -> {
                disk.accept(message, content.whole());
                if (!troubled && health.isCached()) cache.put(message.id(), content.whole());
                yield List.of(message);
            }
            case Job.Change(var change) -> {
                var ours = changes.apply(change);
                cache.keySet().removeIf(id -> !disk.contents.containsKey(id));
                yield ours;
            }
            case Job.Load _ -> List.of();
        };
    }

    /// A content on its way in; now and then it has enough for a moment.
    private final class Buffer implements Content {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public boolean write(byte[] more, Runnable writable) {
            bytes.writeBytes(more);
            if (!life.sim.luck.oneIn(10)) return true;
            life.after(life.sim.luck.between(1, 30), writable);
            return false;
        }

        byte[] whole() {
            return bytes.toByteArray();
        }

        @Override
        public long sizeBytes() {
            return bytes.size();
        }

        @Override
        public void discard() {
            bytes.reset();
        }
    }

    private final class Pieces implements Reading {
        private final byte[] whole;
        private int at;

        Pieces(byte[] whole) {
            this.whole = whole;
        }

        @Override
        public byte[] next() {
            if (health.readFails()) {
                throw new ContentLost("cannot read", new IllegalStateException("disk"));
            }
            int length = Math.min(whole.length - at, life.sim.luck.between(1, 2_000));
            byte[] piece = Arrays.copyOfRange(whole, at, at + length);
            at += length;
            return piece;
        }

        @Override
        public void close() {}
    }
}
