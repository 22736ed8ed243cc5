package relay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/// All that the writer has prepared on its connection. Confined to the writer's thread.
///
/// The driver closes a statement for good when the disk fails under it, so after a failure
/// everything is prepared anew.
record Prepared(
        LaneTable lanes,
        QueueWrites writes,
        EntryQueries queries,
        PreparedStatement sweep,
        PreparedStatement begin,
        PreparedStatement commit)
        implements AutoCloseable {

    static Prepared on(Connection connection, Consumer<String> unreadable) throws SQLException {
        var lanes = new LaneTable(connection);
        return new Prepared(
                lanes,
                new QueueWrites(connection, lanes),
                new EntryQueries(connection, unreadable),
                connection.prepareStatement(ChunkSweep.DELETE),
                connection.prepareStatement("BEGIN IMMEDIATE"),
                connection.prepareStatement("COMMIT"));
    }

    @Override
    public void close() {
        for (var part : List.of(lanes, writes, queries, sweep, begin, commit)) {
            Schema.closeQuietly(part);
        }
    }
}
