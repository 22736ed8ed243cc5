package relay.server;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import relay.core.queue.QueuedMessage;
import relay.server.engine.QueueRunner;

/// Passes what the store has committed to the runner, which is made after it. Nothing is committed
/// before [#to]: the listener and the runner are what commits.
final class Handover implements Consumer<List<QueuedMessage>> {
    private volatile @Nullable QueueRunner runner;

    void to(QueueRunner next) {
        runner = next;
    }

    @Override
    public void accept(List<QueuedMessage> messages) {
        QueueRunner to = runner;
        if (to == null) throw new IllegalStateException("mail was committed during the start");
        to.accepted(messages);
    }
}
