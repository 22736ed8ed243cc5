package relay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import relay.core.queue.QueueId;

/// Deletes the chunks of large contents that nobody needs any more, a few with each transaction, so
/// that the end of a large message does not hold up the small ones. What a crash leaves is found at
/// the next start: chunks without a `chunked` row. Confined to the writer's thread.
final class ChunkSweep {
    private static final int CHUNKS_AT_ONCE = 32;

    /// What [#step] does, prepared by the writer.
    static final String DELETE =
            "DELETE FROM chunk WHERE message = ?1 AND seq IN (SELECT seq FROM chunk"
                    + " WHERE message = ?1 ORDER BY seq LIMIT "
                    + CHUNKS_AT_ONCE
                    + ")";

    private final Deque<QueueId> waiting = new ArrayDeque<>();
    private boolean finished;

    /// Finds what a crash left. One step in the index for each large message, orphan or not.
    void findOrphans(Connection connection) throws SQLException {
        try (var next =
                        connection.prepareStatement(
                                "SELECT min(message) FROM chunk WHERE message > ?");
                var complete = connection.prepareStatement("SELECT 1 FROM chunked WHERE id = ?")) {
            for (long id = after(next, 0); id > 0; id = after(next, id)) {
                complete.setLong(1, id);
                try (ResultSet row = complete.executeQuery()) {
                    if (!row.next()) add(new QueueId(id));
                }
            }
        }
    }

    void add(QueueId id) {
        waiting.add(id);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// Deletes some by [#DELETE], within a transaction.
    void step(PreparedStatement delete) throws SQLException {
        finished = false;
        if (waiting.isEmpty()) return;
        delete.setLong(1, waiting.getFirst().value());
        finished = delete.executeUpdate() < CHUNKS_AT_ONCE;
    }

    /// The transaction of the last step was committed.
    void committed() {
        if (finished) waiting.removeFirst();
        finished = false;
    }

    private static long after(PreparedStatement next, long id) throws SQLException {
        next.setLong(1, id);
        try (ResultSet row = next.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
