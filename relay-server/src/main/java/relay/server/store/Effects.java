package relay.server.store;

import java.util.ArrayList;
import java.util.List;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// What becomes true outside the file when a transaction is committed. Confined to the writer's
/// thread; a new one for each transaction.
final class Effects {
    private final List<QueuedMessage> accepted = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();
    private final List<QueueId> ended = new ArrayList<>();
    private final List<QueueId> chunksToSweep = new ArrayList<>();

    void accepted(QueuedMessage message, byte[] content) {
        accepted.add(message);
        contents.add(content);
    }

    void ended(QueueId message) {
        ended.add(message);
    }

    void endedWithChunks(QueueId message) {
        ended.add(message);
        chunksToSweep.add(message);
    }

    /// The messages that became ours, notices included.
    List<QueuedMessage> accepted() {
        return accepted;
    }

    /// Messages whose chunks nobody needs any more.
    List<QueueId> chunksToSweep() {
        return chunksToSweep;
    }

    void applyTo(ContentCache cache) {
        for (int i = 0; i < accepted.size(); i++) cache.put(accepted.get(i).id(), contents.get(i));
        ended.forEach(cache::remove);
    }
}
