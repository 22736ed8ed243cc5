package relay.server.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueChange;
import relay.core.queue.QueuedMessage;

/// What the writer is asked to do.
sealed interface Job {

    /// Makes a message ours. `rest` is what of its content is not in chunks yet.
    record Accept(
            QueuedMessage message, ContentBuffer content, Payload rest, Consumer<CommitResult> done)
            implements Job {}

    /// A part of a content whose message may never come. `bytes` is how much it is.
    record Chunks(ContentBuffer content, Payload rows, int bytes) implements Job {}

    /// A content of which chunks may be on disk was given up.
    record Discard(ContentBuffer content) implements Job {}

    record Change(QueueChange change) implements Job {}

    record Load(LoadQuery query, Consumer<Loaded> done) implements Job {}

    /// Work on the writer's connection between two transactions.
    record Task(SqlTask task, Consumer<Exception> failed) implements Job {}

    /// Something done with a connection.
    interface SqlTask {
        void run(Connection connection) throws SQLException;
    }
}
