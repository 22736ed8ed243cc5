package relay.server.listener;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import relay.core.queue.LaneCensus;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// A store that keeps a checksum of each message, on `writer`, and the most octets it was ever
/// given before it had dealt with them.
final class SlowStore implements MessageStore {
    private final Executor writer;
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong mostWaiting = new AtomicLong();
    final Queue<Sum> sums = new ConcurrentLinkedQueue<>();

    /// What a message was; the checksum is of all but `prefixOctets`, our Received field.
    record Sum(long sizeBytes, long checksum) {}

    SlowStore(Executor writer) {
        this.writer = writer;
    }

    long mostWaitingBytes() {
        return mostWaiting.get();
    }

    @Override
    public QueueId newId() {
        return new QueueId(lastId.incrementAndGet());
    }

    @Override
    public Content newContent(QueueId id) {
        return new Summed();
    }

    @Override
    public void accept(QueuedMessage message, Content content, Consumer<CommitResult> done) {
        var summed = (Summed) content;
        writer.execute(() -> {
            sums.add(new Sum(message.envelope().sizeBytes(), summed.crc.getValue()));
            done.accept(new CommitResult.Committed());
        });
    }

    @Override
    public void change(QueueChange change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void load(LoadQuery query, Consumer<Loaded> done) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<LaneCensus> census() {
        return List.of();
    }

    private final class Summed implements Content {
        private final CRC32 crc = new CRC32();
        private boolean inHeader = true;

        @Override
        public boolean write(byte[] bytes, Runnable writable) {
            mostWaiting.accumulateAndGet(waiting.addAndGet(bytes.length), Math::max);
            writer.execute(() -> {
                take(bytes);
                waiting.addAndGet(-bytes.length);
                writable.run();
            });
            return false;
        }

        // The first piece begins with our Received field: a line, and those that continue it.
        private void take(byte[] bytes) {
            int from = inHeader ? endOfField(bytes) : 0;
            inHeader = false;
            crc.update(bytes, from, bytes.length - from);
        }

        private static int endOfField(byte[] bytes) {
            int at = 0;
            do {
                while (bytes[at++] != '\n') {}
            } while (bytes[at] == ' ' || bytes[at] == '\t');
            return at;
        }

        @Override
        public long sizeBytes() {
            return 0;
        }

        @Override
        public void discard() {}
    }
}
