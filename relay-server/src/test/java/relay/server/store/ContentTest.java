package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static relay.server.store.TestQueue.randomBytes;
import static relay.server.store.TestQueue.times;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.MessageStore.Content;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

class ContentTest {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int PIECE = 16 * KIB;

    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir Path folder;
    private TestQueue queue;

    @BeforeEach
    void open() {
        queue = new TestQueue(folder);
    }

    @AfterEach
    void close() {
        queue.close();
    }

    @Test
    void manyLargeContentsAtOncePassWithBoundedMemory() {
        // Given a store that may have 2 MiB of contents in memory.
        reopen(new StoreLimits(MIB, 256 * KIB, MIB, MIB, MIB, SECOND));
        var peak = new AtomicLong();

        // When 20 clients send 3 MiB each, and wait when they are asked to.
        List<CompletableFuture<QueuedMessage>> clients =
                times(20).mapToObj(i -> TestQueue.async(() -> stream(3 * MIB, peak))).toList();

        // Then all of it is stored, and never more than that was in memory, but for the piece that
        // each client was sending and what a few of them handed over at the same moment.
        for (var client : clients) {
            QueueId id = TestQueue.await(client).id();
            assertThat(queue.content(id)).isEqualTo(randomBytes(id.value(), 3 * MIB));
        }
        assertThat(peak.get()).isBetween((long) MIB / 2, 2 * MIB + 20L * PIECE + 4 * 272 * KIB);
        assertThat(queue.store.bytesInFlight()).isZero();
    }

    @Test
    void manySlowSmallContentsDoNotKeepEachOtherWaiting() {
        // Given a store that may have 1 MiB of contents in memory, and 100 clients that have sent
        // 40 KiB each and now pause.
        reopen(new StoreLimits(MIB, 256 * KIB, MIB / 2, MIB / 2, MIB, SECOND));
        var messages = times(100).mapToObj(i -> queue.message()).toList();
        var contents = messages.stream().map(m -> queue.store.newContent(m.id())).toList();
        for (var content : contents) write(content, randomBytes(1, 40 * KIB));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> queue.store.bytesInFlight() <= MIB + PIECE);

        // When they finish.
        for (var content : contents) write(content, randomBytes(2, 100));
        var results = times(100).mapToObj(i -> accept(messages.get(i), contents.get(i))).toList();

        // Then every message is stored, whole.
        for (var result : results) {
            assertThat(TestQueue.await(result)).isInstanceOf(CommitResult.Committed.class);
        }
        byte[] content = queue.content(messages.getLast().id());
        assertThat(content).hasSize(40 * KIB + 100).startsWith(randomBytes(1, 40 * KIB));
        assertThat(queue.store.bytesInFlight()).isZero();
    }

    @Test
    void aSmallMessageDoesNotWaitForALargeOne() {
        // Given 12 MiB on their way to the disk.
        reopen(new StoreLimits(MIB, 256 * KIB, 16 * MIB, 16 * MIB, MIB, SECOND));
        var large = queue.message();
        var content = queue.store.newContent(large.id());
        byte[] piece = randomBytes(3, MIB);
        for (int i = 0; i < 12; i++) assertThat(content.write(piece, () -> {})).isTrue();

        // When a small message comes after them; then it is committed while most still wait.
        queue.committed(queue.message());
        assertThat(queue.store.bytesInFlight()).isGreaterThan(4 * MIB);
        assertThat(TestQueue.await(accept(large, content)))
                .isInstanceOf(CommitResult.Committed.class);
    }

    @Test
    void aDiscardedContentLeavesNothing() {
        // Given a small content, and a large one that has reached the disk in part.
        var small = queue.store.newContent(queue.store.newId());
        write(small, randomBytes(1, 1000));
        var large = queue.store.newContent(queue.store.newId());
        for (int i = 0; i < 50; i++) write(large, randomBytes(i, 100 * KIB));
        await().atMost(Duration.ofSeconds(10)).until(() -> rows("chunk") > 10);

        // When both are discarded; then nothing of them is left, nor taken.
        small.discard();
        large.discard();
        await().atMost(Duration.ofSeconds(10)).until(() -> rows("chunk") == 0);
        assertThat(large.write(randomBytes(1, MIB), () -> {})).isTrue();
        assertThat(queue.store.bytesInFlight()).isZero();
        assertThat(rows("chunk")).isZero();
    }

    @Test
    void theEndOfALargeMessageLeavesNothing() {
        // Given a large message.
        var message = queue.committed(queue.message(), randomBytes(1, 5 * MIB));
        assertThat(rows("chunk")).isEqualTo(80);

        // When it ends; then its chunks go.
        queue.store.change(new QueueChange.End(message.entries().getFirst().id(), List.of()));
        await().atMost(Duration.ofSeconds(10)).until(() -> rows("chunk") == 0);
        assertThat(rows("chunked")).isZero();
    }

    @Test
    void freshContentsAreInMemoryUntilTheyEnd() {
        // Given room for three contents of 1,000 bytes.
        reopen(new StoreLimits(3000, 256 * KIB, MIB, MIB, MIB, SECOND));
        var messages =
                times(4).mapToObj(i -> queue.committed(queue.message(), randomBytes(i, 1000)))
                        .toList();

        // When four came; then the oldest has given way, and is read from the disk.
        assertThat(queue.store.inMemory(messages.get(0).id())).isEmpty();
        assertThat(queue.store.inMemory(messages.get(3).id())).isEqualTo(randomBytes(3, 1000));
        assertThat(queue.content(messages.get(0).id())).isEqualTo(randomBytes(0, 1000));

        // When one ends; then it is forgotten.
        var entry = messages.get(3).entries().getFirst().id();
        queue.changed(new QueueChange.End(entry, List.of()));
        assertThat(queue.store.inMemory(messages.get(3).id())).isEmpty();
    }

    @Test
    void aContentThatEndsWhileItIsReadIsLostNotShort() {
        // Given a large message of which the first pieces were read.
        var message = queue.committed(queue.message(), randomBytes(1, 5 * MIB));
        var reading = queue.store.open(message.id());
        assertThat(reading.next()).hasSize(64 * KIB);

        // When it ends; then the reader learns that the rest is gone.
        queue.store.change(new QueueChange.End(message.entries().getFirst().id(), List.of()));
        await().atMost(Duration.ofSeconds(10)).until(() -> rows("chunk") == 0);
        assertThatThrownBy(reading::next).isInstanceOf(ContentLost.class);
        reading.close();
    }

    @Test
    void aContentBelongsToItsMessage() {
        // Given the content of one message; when it is given for another; then that is refused.
        var content = queue.store.newContent(queue.store.newId());
        assertThatThrownBy(() -> queue.store.accept(queue.message(), content, _ -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void reopen(StoreLimits limits) {
        queue.close();
        queue = new TestQueue(folder, limits, InstantSource.system());
    }

    /// Sends random bytes that the message's id determines.
    private QueuedMessage stream(int bytes, AtomicLong peak) {
        QueuedMessage message = queue.message();
        var content = queue.store.newContent(message.id());
        byte[] all = randomBytes(message.id().value(), bytes);
        for (int start = 0; start < bytes; start += PIECE) {
            write(content, Arrays.copyOfRange(all, start, Math.min(start + PIECE, bytes)));
            peak.accumulateAndGet(queue.store.bytesInFlight(), Math::max);
        }
        assertThat(TestQueue.await(accept(message, content)))
                .isInstanceOf(CommitResult.Committed.class);
        return message;
    }

    private CompletableFuture<CommitResult> accept(QueuedMessage message, Content content) {
        var done = new CompletableFuture<CommitResult>();
        queue.store.accept(message, content, done::complete);
        return done;
    }

    private static void write(Content content, byte[] piece) {
        var writable = new Semaphore(0);
        if (content.write(piece, writable::release)) return;
        try {
            assertThat(writable.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long rows(String table) {
        var count = new long[1];
        TestQueue.await(
                queue.store.onWriter(
                        c -> count[0] = Schema.number(c, "SELECT count(*) FROM " + table)));
        return count[0];
    }
}
