package relay.server.engine;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.server.testing.Samples;

/// A store with one entry that is due, which never changes. It answers loads as the test says.
class ScriptedStore implements MessageStore {
    static final QueueEntry ENTRY =
            Samples.entry(1, Samples.BANK, Samples.mailbox("bob", "bank.example"));

    /// What becomes of a load.
    volatile Consumer<Runnable> loads = Runnable::run;

    @Override
    public QueueId newId() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Content newContent(QueueId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void accept(QueuedMessage message, Content content, Consumer<CommitResult> done) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void change(QueueChange change) {}

    @Override
    public void load(LoadQuery query, Consumer<Loaded> done) {
        List<QueueEntry> found = query instanceof LoadQuery.Due ? List.of(ENTRY) : List.of();
        loads.accept(() -> done.accept(new Loaded(query, found, Instant.MAX)));
    }

    @Override
    public List<LaneCensus> census() {
        var record = LaneRecord.well(Samples.BANK);
        return List.of(new LaneCensus(record, 1, 0, 2048, Samples.NOON, Samples.NOON));
    }
}
