package relay.server.store;

import java.io.IOException;
import java.sql.SQLException;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueId;

/// What the writer has its groups made durable by: the [QueueFile]. Confined to the writer's thread.
interface QueueDisk {
    /// Makes the group durable, as a whole, and returns when it is synced. Throws what went wrong;
    /// then [#rollBack] must follow.
    Effects commit(Group group) throws SQLException, IOException;

    /// Ends a transaction that failed; nothing of it remains.
    void rollBack();

    /// Whether there is work although no group asks for any.
    boolean hasOwnWork();

    /// How long it may be left alone, in nanoseconds; 0 where [#commit] has something to do now.
    long restNanos();

    /// Deletes the chunks of a content that will never be accepted, with the next transactions.
    void sweep(QueueId content);

    Loaded load(LoadQuery query) throws SQLException;

    /// Writes and deletes as much as a message, to see whether it can be done again.
    void probe() throws SQLException;

    void run(Job.SqlTask task) throws SQLException;

    /// Leaves the file as tidy as it can be.
    void close();
}
