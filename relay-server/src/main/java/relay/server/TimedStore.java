package relay.server;

import java.util.List;
import java.util.function.Consumer;
import relay.core.queue.LaneCensus;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// The store, with a clock on its commits.
record TimedStore(MessageStore store, CommitTimes times) implements MessageStore {
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
        CommitTimes.Commit commit = times.begin();
        store.accept(
                message,
                content,
                result -> {
                    times.ended(commit);
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
