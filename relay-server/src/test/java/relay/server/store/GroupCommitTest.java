package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static relay.server.store.TestQueue.BANK;
import static relay.server.store.TestQueue.times;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueChange;
import relay.core.queue.QueuedMessage;

class GroupCommitTest {
    private static final byte[] CONTENT = TestQueue.text("Subject: x\r\n\r\n");

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
    void whatGathersDuringACommitIsCommittedInOneTransaction() throws InterruptedException {
        // Given a writer that is busy, and has set ids aside before.
        queue.commit(queue.message(), CONTENT);
        assertThat(queue.accepted.poll(10, TimeUnit.SECONDS)).hasSize(1);
        var busy = new CountDownLatch(1);
        var held = holdWriter(busy);
        long before = queue.store.commits();

        // When 500 messages and 500 changes come meanwhile.
        var results = new ArrayList<CompletableFuture<CommitResult>>();
        for (int i = 0; i < 500; i++) {
            results.add(queue.accept(queue.message(), CONTENT));
            queue.store.change(new QueueChange.MakeDue(BANK, TestQueue.NOON));
        }
        busy.countDown();

        // Then one transaction has them all, and the listener hears of them at once.
        for (var result : results) assertThat(TestQueue.await(result)).isEqualTo(committed());
        TestQueue.await(held);
        assertThat(queue.store.commits() - before).isEqualTo(1);
        assertThat(queue.accepted).hasSize(1);
        assertThat(queue.accepted.element()).hasSize(500);
    }

    @Test
    void aChangeAloneIsDurableInAMoment() {
        // Given a message and nothing else to do.
        QueuedMessage message = queue.committed(queue.message());

        // When it ends, and no other work follows.
        queue.store.change(new QueueChange.End(message.entries().getFirst().id(), List.of()));

        // Then others see that soon.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> queue.store.message(message.id()).isEmpty());
    }

    @Test
    void everyoneIsToldInTurn() throws Exception {
        // Given a message of which its client is told.
        var order = new ArrayList<String>();
        var message = queue.message();
        var done = new CompletableFuture<Void>();
        var content = queue.store.newContent(message.id());
        content.write(CONTENT, () -> {});

        // When it is committed.
        queue.store.accept(
                message,
                content,
                _ -> {
                    order.add("client on " + Thread.currentThread().getName());
                    order.add("listener heard " + queue.accepted.size());
                    done.complete(null);
                });

        // Then the client hears first, on the writer's thread, and the listener after it.
        TestQueue.await(done);
        assertThat(queue.accepted.poll(10, TimeUnit.SECONDS)).containsExactly(message);
        assertThat(order).containsExactly("client on StoreWriter", "listener heard 0");
    }

    @Test
    void aCallbackThatFailsKeepsNobodyFromTheirs() {
        // Given a message whose callback throws.
        var message = queue.message();
        var content = queue.store.newContent(message.id());
        content.write(CONTENT, () -> {});
        queue.store.accept(
                message,
                content,
                _ -> {
                    throw new IllegalStateException("a bug");
                });

        // When another message follows; then it is committed, and the fault is told.
        queue.committed(queue.message());
        assertThat(queue.events).hasSize(1).allMatch(e -> e instanceof RelayEvent.Fault);
        assertThat(queue.entries(BANK)).hasSize(2);
    }

    @Test
    void manyProducersAtOnceLoseNothing() {
        // Given 8 producers that each wait for every commit, and end every other message.
        var kept =
                times(8).mapToObj(i -> TestQueue.async(() -> produce(100))).toList().stream()
                        .flatMap(producer -> TestQueue.await(producer).stream())
                        .toList();

        // When all are done; then exactly the other half is in the queue.
        assertThat(TestQueue.idsOf(queue.entries(BANK)))
                .containsExactlyInAnyOrderElementsOf(TestQueue.ids(kept));
        assertThat(kept).hasSize(400);
    }

    @Test
    void closingCommitsWhatWasHandedOver() {
        // Given a message that ends, and one of which the commit has not been heard yet.
        QueuedMessage ended = queue.committed(queue.message());
        QueuedMessage fresh = queue.message();
        var result = queue.accept(fresh, CONTENT);
        queue.store.change(new QueueChange.End(ended.entries().getFirst().id(), List.of()));

        // When the store is closed.
        queue.close();

        // Then both are done, and later mail is refused.
        assertThat(result).isCompletedWithValue(committed());
        assertThat(queue.commit(queue.message(), CONTENT))
                .isEqualTo(new CommitResult.Failed("the queue is closed"));
        assertThat(queue.store.health()).isInstanceOf(StoreHealth.Closed.class);
        queue = new TestQueue(folder);
        assertThat(queue.entries(BANK)).isEqualTo(fresh.entries());
    }

    private List<QueuedMessage> produce(int count) {
        var kept = new ArrayList<QueuedMessage>();
        for (int i = 0; i < count; i++) {
            QueuedMessage message = queue.committed(queue.message(), CONTENT);
            if (i % 2 == 0) kept.add(message);
            else {
                var entry = message.entries().getFirst().id();
                queue.store.change(new QueueChange.End(entry, List.of()));
            }
        }
        return kept;
    }

    /// Returns when the writer is held.
    private CompletableFuture<Void> holdWriter(CountDownLatch until) {
        var begun = new CompletableFuture<Void>();
        CompletableFuture<Void> held =
                queue.store.onWriter(_ -> {
                    begun.complete(null);
                    try {
                        if (!until.await(30, TimeUnit.SECONDS)) throw new AssertionError();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
        TestQueue.await(begun);
        return held;
    }

    private static CommitResult committed() {
        return new CommitResult.Committed();
    }

    @Test
    void whoComesAfterTheEndWaitsForNothing() {
        // Given a queue with little room that is closed while a content is being written.
        var limits = new StoreLimits(1000, 1000, 1000, 1000, 1000, Duration.ofSeconds(1));
        var queue = new TestQueue(folder.resolve("small"), limits, InstantSource.system());
        QueuedMessage message = queue.message();
        var content = queue.store.newContent(message.id());
        queue.close();

        // When more comes than there is room for, then the sender is not told to wait.
        assertThat(content.write(TestQueue.randomBytes(1, 100_000), () -> {})).isTrue();

        // Then its message is refused, nothing of it stays in memory, and work is refused too.
        var refused = new CompletableFuture<CommitResult>();
        queue.store.accept(message, content, refused::complete);
        assertThat(TestQueue.await(refused))
                .isEqualTo(new CommitResult.Failed("the queue is closed"));
        assertThat(queue.store.bytesInFlight()).isZero();
        assertThat(queue.store.onWriter(_ -> {})).isCompletedExceptionally();
    }
}
