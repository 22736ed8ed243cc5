package relay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// Writes messages and their ends, many of each in one call of SQLite. Confined to the writer's
/// thread.
///
/// Rows wait in batches until [#flush]. Ends are flushed before any other change, so that changes
/// take effect in their order.
final class QueueWrites implements AutoCloseable {
    private final LaneTable lanes;
    private final EntryChanges changes;
    private final PreparedStatement addEntry;
    private final PreparedStatement addContent;
    private final PreparedStatement addChunk;
    private final PreparedStatement addChunked;
    private final PreparedStatement endEntry;
    private final PreparedStatement endContent;
    private final PreparedStatement endChunked;
    private final PreparedStatement reserveIds;
    private final PreparedStatement setEpoch;
    private final List<QueueId> ending = new ArrayList<>();
    private Effects effects = new Effects();
    private int inserts;

    QueueWrites(Connection connection, LaneTable lanes) throws SQLException {
        this.lanes = lanes;
        changes = new EntryChanges(connection, lanes);
        addEntry = connection.prepareStatement(EntryRows.INSERT);
        addContent =
                connection.prepareStatement(
                        "INSERT INTO content (id, sum, bytes) VALUES (?, ?, ?)");
        addChunk =
                connection.prepareStatement(
                        "INSERT INTO chunk (message, seq, sum, bytes) VALUES (?, ?, ?, ?)");
        addChunked = connection.prepareStatement("INSERT INTO chunked (id, chunks) VALUES (?, ?)");
        endEntry = connection.prepareStatement("DELETE FROM entry WHERE message = ? AND idx = ?");
        endContent = connection.prepareStatement(endOf("content"));
        endChunked = connection.prepareStatement(endOf("chunked"));
        reserveIds =
                connection.prepareStatement(
                        "INSERT OR REPLACE INTO meta (name, value) VALUES ('ids', ?)");
        setEpoch =
                connection.prepareStatement(
                        "INSERT OR REPLACE INTO meta (name, value) VALUES ('epoch', ?)");
    }

    /// Begins anew: what waits in batches is forgotten.
    void begin() throws SQLException {
        effects = new Effects();
        inserts = 0;
        ending.clear();
        for (var batch : List.of(addEntry, addContent, addChunk, endEntry, endContent)) {
            batch.clearBatch();
        }
    }

    /// A message that becomes ours.
    void add(QueuedMessage message, Payload content) throws SQLException {
        insert(message, content);
        effects.accepted(message, content.whole());
    }

    /// A message that may have been ours before.
    void insert(QueuedMessage message, Payload content) throws SQLException {
        QueueId id = message.id();
        inserts++;
        for (QueueEntry entry : message.entries()) {
            EntryRows.bind(addEntry, entry, lanes.number(entry.lane()));
            addEntry.addBatch();
        }
        if (content.isOneRow()) {
            addContent.setLong(1, id.value());
            byte[] bytes = content.rows().getFirst();
            addContent.setLong(2, Checksum.of(bytes));
            addContent.setBytes(3, bytes);
            addContent.addBatch();
        } else {
            addChunks(id, content);
            addChunked.setLong(1, id.value());
            addChunked.setInt(2, content.rowCount());
            addChunked.executeUpdate();
        }
    }

    /// From here on changes find what was inserted before.
    void flushInserts() throws SQLException {
        if (inserts > 0) {
            addEntry.executeBatch();
            addContent.executeBatch();
        }
        inserts = 0;
    }

    /// Which epoch of the [FreshLog] comes after what is in this transaction.
    void setEpoch(long epoch) throws SQLException {
        setEpoch.setLong(1, epoch);
        setEpoch.executeUpdate();
    }

    void addChunks(QueueId id, Payload chunks) throws SQLException {
        for (int i = 0; i < chunks.rows().size(); i++) {
            addChunk.setLong(1, id.value());
            addChunk.setInt(2, chunks.firstRow() + i);
            byte[] bytes = chunks.rows().get(i);
            addChunk.setLong(3, Checksum.of(bytes));
            addChunk.setBytes(4, bytes);
            addChunk.addBatch();
        }
    }

    void apply(QueueChange change) throws SQLException {
        if (!(change instanceof QueueChange.End)) flushEnds();
        switch (change) {
            case QueueChange.End(var entry, var notices) -> {
                end(entry);
                addAll(notices);
            }
            case QueueChange.Defer defer -> {
                changes.defer(defer);
                addAll(defer.notices());
            }
            case QueueChange.DelayNoticeSent(var entry, var notices) -> {
                changes.delayNoticeSent(entry);
                addAll(notices);
            }
            case QueueChange.SetStatus status -> changes.setStatus(status);
            case QueueChange.MakeDue due -> changes.makeDue(due);
            case QueueChange.Release release -> changes.release(release);
            case QueueChange.Move move -> changes.move(move);
            case QueueChange.RecordLane(var record) -> lanes.record(record);
        }
    }

    void reserveIds(long upTo) throws SQLException {
        reserveIds.setLong(1, upTo);
        reserveIds.executeUpdate();
    }

    /// Hands SQLite everything that waits, and tells what will be true after the commit.
    Effects flush() throws SQLException {
        flushInserts();
        addChunk.executeBatch();
        flushEnds();
        return effects;
    }

    @Override
    public void close() throws SQLException {
        changes.close();
        for (var statement :
                List.of(
                        addEntry,
                        addContent,
                        addChunk,
                        addChunked,
                        endEntry,
                        endContent,
                        endChunked,
                        reserveIds,
                        setEpoch)) {
            statement.close();
        }
    }

    private void addAll(List<Notice> notices) throws SQLException {
        for (Notice notice : notices) {
            var content = notice.content().duplicate();
            byte[] bytes = new byte[content.remaining()];
            content.get(bytes);
            add(notice.message(), Payload.whole(bytes));
        }
    }

    private void end(EntryId entry) throws SQLException {
        long message = entry.message().value();
        endEntry.setLong(1, message);
        endEntry.setInt(2, entry.index());
        endEntry.addBatch();
        endContent.setLong(1, message);
        endContent.addBatch();
        ending.add(entry.message());
    }

    private void flushEnds() throws SQLException {
        if (ending.isEmpty()) return;
        endEntry.executeBatch();
        int[] contentsEnded = endContent.executeBatch();
        for (int i = 0; i < contentsEnded.length; i++) {
            if (contentsEnded[i] == 1) effects.ended(ending.get(i));
            else endChunked(ending.get(i));
        }
        ending.clear();
    }

    // A content that is in no single row is in chunks, or has entries left, or has ended before.
    private void endChunked(QueueId id) throws SQLException {
        endChunked.setLong(1, id.value());
        if (endChunked.executeUpdate() == 1) effects.endedWithChunks(id);
    }

    private static String endOf(String table) {
        return "DELETE FROM "
                + table
                + " WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM entry WHERE message = ?1)";
    }
}
