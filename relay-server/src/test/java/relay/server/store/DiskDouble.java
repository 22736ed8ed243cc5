package relay.server.store;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueId;

/// A disk in memory, which can fail.
final class DiskDouble implements QueueDisk {
    final List<QueueId> accepted = new ArrayList<>();
    int changes;
    int failures;

    /// Whether what fails is the relay, and in what nobody expects.
    boolean overflows;

    Runnable onChange = () -> {};

    @Override
    public Effects commit(Group group) throws SQLException {
        if (failures > 0) {
            failures--;
            if (overflows) throw new StackOverflowError("too deep");
            throw new SQLException("the disk fails");
        }
        var effects = new Effects();
        for (var accept : group.accepts()) {
            accepted.add(accept.message().id());
            effects.accepted(accept.message(), new byte[0]);
        }
        changes += group.changes().size();
        if (!group.changes().isEmpty()) onChange.run();
        return effects;
    }

    @Override
    public void rollBack() {}

    @Override
    public boolean hasOwnWork() {
        return false;
    }

    @Override
    public long restNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public void sweep(QueueId content) {}

    @Override
    public Loaded load(LoadQuery query) {
        return new Loaded(query, List.of(), Instant.MAX);
    }

    @Override
    public void probe() {}

    @Override
    public void run(Job.SqlTask task) {}

    @Override
    public void close() {}
}
