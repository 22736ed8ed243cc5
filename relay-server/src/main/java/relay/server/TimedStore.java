package relay.server;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import relay.core.queue.LaneCensus;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// The store, with a clock on its commits: `took` hears the nanoseconds of each, on the writer's
/// thread.
record TimedStore(MessageStore store, LongConsumer took) implements MessageStore {
    @Override
    public QueueId newId() {
        return store.newId();
    }

    @Override
    public Content newContent(QueueId id) {
        return store.newContent(id);
    }

    @Override
    public void accept(QueuedMessage message, Content content, Consumer<CommitResult> done) {
        long begun = System.nanoTime();
        store.accept(
                message,
                content,
                result -> {
                    took.accept(System.nanoTime() - begun);
                    done.accept(result);
                });
    }

    @Override
    public void change(QueueChange change) {
        store.change(change);
    }

    @Override
    public void load(LoadQuery query, Consumer<Loaded> done) {
        store.load(query, done);
    }

    @Override
    public List<LaneCensus> census() {
        return store.census();
    }
}
