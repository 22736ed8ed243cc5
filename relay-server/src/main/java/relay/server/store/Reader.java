package relay.server.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/// A connection for reading, with a platform thread of its own: SQLite is native code, which would
/// pin a virtual thread to its carrier while the disk is read. Any thread asks and waits.
final class Reader implements AutoCloseable {
    private final ExecutorService thread;
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Reader(Path folder, String threadName) throws SQLException {
        connection = Schema.openReader(folder);
        thread =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name(threadName).daemon().factory());
    }

    /// Something that is answered from the disk.
    interface Question<T> {
        T answer(Reader reader) throws SQLException;
    }

    /// Asks on the reader's thread. Throws what the disk says; [SQLException] too where the waiting
    /// thread is interrupted or the reader is closed.
    <T> T ask(Question<T> question) throws SQLException {
        try {
            return thread.submit(() -> answer(question)).get();
        } catch (RejectedExecutionException e) {
            throw new SQLException("the queue is closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while the disk was read", e);
        } catch (ExecutionException e) {
            throw new SQLException(e.getCause());
        }
    }

    /// The driver closes a statement for good when the disk fails under it.
    private <T> T answer(Question<T> question) throws SQLException {
        try {
            return question.answer(this);
        } catch (SQLException e) {
            statements.values().forEach(Schema::closeQuietly);
            statements.clear();
            throw e;
        }
    }

    /// A statement that is kept until one fails. Reader's thread only.
    PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known != null) return known;
        PreparedStatement prepared = connection.prepareStatement(sql);
        statements.put(sql, prepared);
        return prepared;
    }

    /// Reader's thread only.
    Connection connection() {
        return connection;
    }

    @Override
    public void close() {
        thread.execute(() -> Schema.closeQuietly(connection));
        thread.close();
    }
}
