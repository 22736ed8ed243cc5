package relay.core.intake;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import relay.core.queue.LaneCensus;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// A store that only accepts, in memory. Its writer is `writer`; it takes one piece of content at a
/// time, so that whoever does not wait for `writable` is found out.
public final class MemoryStore implements MessageStore {
    private static final long FIRST_ID = 1L << 50;

    /// A message that was acknowledged; its content with each octet as one character.
    public record Stored(QueuedMessage message, String content) {}

    private final Executor writer;
    private final AtomicLong lastId = new AtomicLong(FIRST_ID);
    private final List<Stored> stored = new CopyOnWriteArrayList<>();
    private final AtomicLong discarded = new AtomicLong();
    private final AtomicLong begun = new AtomicLong();
    private volatile Optional<String> trouble = Optional.empty();

    public MemoryStore(Executor writer) {
        this.writer = writer;
    }

    /// From now on every commit fails.
    public void fail(String reason) {
        trouble = Optional.of(reason);
    }

    public List<Stored> stored() {
        return List.copyOf(stored);
    }

    /// How many contents were begun and neither stored nor discarded.
    public long open() {
        return begun.get() - stored.size() - discarded.get();
    }

    @Override
    public QueueId newId() {
        return new QueueId(lastId.incrementAndGet());
    }

    @Override
    public Content newContent(QueueId id) {
        begun.incrementAndGet();
        return new MemoryContent();
    }

    @Override
    public void accept(QueuedMessage message, Content content, Consumer<CommitResult> done) {
        var memory = (MemoryContent) content;
        writer.execute(() -> done.accept(commit(message, memory)));
    }

    private CommitResult commit(QueuedMessage message, MemoryContent content) {
        if (trouble.isPresent()) {
            content.discard();
            return new CommitResult.Failed(trouble.get());
        }
        stored.add(new Stored(message, content.octets.toString(StandardCharsets.ISO_8859_1)));
        return new CommitResult.Committed();
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

    private final class MemoryContent implements Content {
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private volatile boolean full;

        @Override
        public boolean write(byte[] bytes, Runnable writable) {
            if (full) throw new IllegalStateException("written to while full");
            octets.writeBytes(bytes);
            full = true;
            writer.execute(() -> {
                full = false;
                writable.run();
            });
            return false;
        }

        @Override
        public long sizeBytes() {
            return octets.size();
        }

        @Override
        public void discard() {
            discarded.incrementAndGet();
        }
    }
}
