package relay.server.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.function.Consumer;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueId;

/// The queue's file as its only writer has it open: groups become blocks of the [FreshLog] here, or
/// transactions. Made by the thread that opens the store, confined to the writer's thread from then
/// on.
final class QueueFile implements QueueDisk {
    // As much as a fair-sized message: when this fits, mail does.
    private static final int PROBE_BYTES = 256 * 1024;

    private final Connection connection;
    private final Consumer<String> unreadable;
    private final ChunkSweep sweep = new ChunkSweep();
    private final FreshMail fresh;
    private final ContentCache cache;
    private final QueueIds ids;
    private Prepared prepared;
    private boolean prepareAnew;

    private QueueFile(
            Connection connection,
            FreshMail fresh,
            ContentCache cache,
            InstantSource clock,
            Consumer<String> unreadable)
            throws SQLException {
        this.connection = connection;
        this.fresh = fresh;
        this.cache = cache;
        this.unreadable = unreadable;
        LaneTable.forgetIdle(connection);
        prepared = Prepared.on(connection, unreadable);
        takeOver();
        ids = new QueueIds(clock, Math.max(reservedIds(connection), idAfterLast(connection)));
        sweep.findOrphans(connection);
        reserveIds(ids.wanted());
    }

    /// Opens the queue of `folder`, and makes it where there is none. `cache` forgets what
    /// has ended, `unreadable` hears of entries that cannot be understood. Throws [StoreException].
    static QueueFile open(
            Path folder,
            Soundness.When check,
            ContentCache cache,
            InstantSource clock,
            Consumer<String> unreadable) {
        Connection connection = Schema.openWriter(folder, check);
        FreshMail fresh = null;
        try {
            fresh = FreshMail.open(folder, epoch(connection));
            return new QueueFile(connection, fresh, cache, clock, unreadable);
        } catch (SQLException | IOException | RuntimeException e) {
            Schema.closeQuietly(fresh);
            Schema.closeQuietly(connection);
            throw switch (e) {
                case SQLException sql -> Schema.unreadable(folder.resolve(Schema.FILE), sql);
                case IOException io -> new UncheckedIOException(io);
                default -> (RuntimeException) e;
            };
        }
    }

    /// Whether the file says all there is to say; else [#run] first brings it up to date. Any
    /// thread.
    boolean isUpToDate() {
        return fresh.isEmpty();
    }

    QueueIds ids() {
        return ids;
    }

    @Override
    public Effects commit(Group group) throws SQLException, IOException {
        boolean onlyTheGroup = sweep.isEmpty() && !ids.runsLow() && fresh.restNanos() > 0;
        Effects effects = onlyTheGroup ? fresh.commit(group) : null;
        return effects != null ? effects : transact(group);
    }

    /// One transaction, which takes over what is fresh.
    private Effects transact(Group group) throws SQLException {
        QueueWrites writes = prepared().writes();
        long epoch = beginWithFresh(writes);
        for (var chunks : group.chunks()) {
            // One whose content failed or was discarded meanwhile is left out.
            if (chunks.content().failure() == null) {
                writes.addChunks(chunks.content().id(), chunks.rows());
            }
        }
        for (var accept : group.accepts()) writes.add(accept.message(), accept.rest());
        for (QueueChange change : group.changes()) writes.apply(change);
        long wanted = ids.runsLow() ? ids.wanted() : 0;
        if (wanted > 0) writes.reserveIds(wanted);
        sweep.step(prepared.sweep());
        Effects effects = commitFresh(writes, epoch);
        sweep.committed();
        if (wanted > 0) ids.reserved(wanted);
        effects.chunksToSweep().forEach(sweep::add);
        return effects;
    }

    /// The next epoch; 0 where this one goes on.
    private long beginWithFresh(QueueWrites writes) throws SQLException {
        long epoch = fresh.isUntouched() ? 0 : FreshMail.newEpoch();
        writes.begin();
        prepared.begin().execute();
        fresh.writeTo(writes);
        if (epoch > 0) writes.setEpoch(epoch);
        return epoch;
    }

    private Effects commitFresh(QueueWrites writes, long epoch) throws SQLException {
        Effects effects = writes.flush();
        prepared.commit().execute();
        if (epoch > 0) fresh.written(epoch);
        return effects;
    }

    /// Brings the file up to date.
    private void takeOver() throws SQLException {
        QueueWrites writes = prepared().writes();
        try {
            Effects effects = commitFresh(writes, beginWithFresh(writes));
            effects.chunksToSweep().forEach(sweep::add);
            effects.applyTo(cache);
        } catch (SQLException e) {
            rollBack();
            throw e;
        }
    }

    @Override
    public void rollBack() {
        prepareAnew = true;
        try {
            run("ROLLBACK");
        } catch (SQLException _) {
            // SQLite has done it by itself, as it does when the disk is full.
        }
    }

    @Override
    public boolean hasOwnWork() {
        return ids.runsLow() || restNanos() == 0;
    }

    @Override
    public long restNanos() {
        return sweep.isEmpty() ? fresh.restNanos() : 0;
    }

    @Override
    public void sweep(QueueId content) {
        sweep.add(content);
    }

    @Override
    public Loaded load(LoadQuery query) throws SQLException {
        if (!fresh.isEmpty()) takeOver();
        try {
            return prepared().queries().load(query);
        } catch (SQLException e) {
            prepareAnew = true;
            throw e;
        }
    }

    @Override
    public void probe() throws SQLException {
        run("INSERT OR REPLACE INTO meta VALUES ('probe', zeroblob(" + PROBE_BYTES + "))");
        run("DELETE FROM meta WHERE name = 'probe'");
    }

    @Override
    public void run(Job.SqlTask task) throws SQLException {
        if (!fresh.isEmpty()) takeOver();
        task.run(connection);
    }

    @Override
    public void close() {
        try {
            if (!fresh.isEmpty()) takeOver();
            reserveIds(ids.afterLast());
            prepared.close();
            run("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException _) {
            // Everything that was committed is in the logs, and the next start finds it there.
        } finally {
            Schema.closeQuietly(fresh);
            Schema.closeQuietly(connection);
        }
    }

    private Prepared prepared() throws SQLException {
        if (prepareAnew) {
            Prepared fresh = Prepared.on(connection, unreadable);
            prepared.close();
            prepared = fresh;
            prepareAnew = false;
        }
        return prepared;
    }

    private void reserveIds(long upTo) throws SQLException {
        prepared().writes().reserveIds(upTo);
        ids.reserved(upTo);
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long epoch(Connection connection) throws SQLException {
        return Schema.number(connection, "SELECT value FROM meta WHERE name = 'epoch'");
    }

    private static long reservedIds(Connection connection) throws SQLException {
        return Schema.number(connection, "SELECT value FROM meta WHERE name = 'ids'");
    }

    private static long idAfterLast(Connection connection) throws SQLException {
        return Schema.number(connection, "SELECT coalesce(max(message), 0) + 1 FROM entry");
    }
}
