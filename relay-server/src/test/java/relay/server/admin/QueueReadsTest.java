package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import relay.server.testing.FakeQueue;

@Timeout(30)
class QueueReadsTest {
    private static final String SILENT = "the queue does not answer";

    private final FakeQueue queue = new FakeQueue();

    @Test
    void aQueueThatDoesNotAnswerIsGivenUpOn() {
        // Given a scheduler that hangs and a disk that does.
        queue.fallSilent();
        var never = new CountDownLatch(1);

        // When both are asked, then the request ends within its patience.
        try (var reads = new QueueReads(queue.control(), Duration.ofMillis(20))) {
            assertThatThrownBy(reads::statuses).isInstanceOf(QueueReads.Busy.class);
            assertThatThrownBy(() ->
                            reads.fromDisk(() -> {
                                never.await();
                                return 1;
                            }))
                    .isInstanceOf(QueueReads.Busy.class)
                    .hasMessage(SILENT);
        }
    }

    @Test
    void theLineOfWaitingReadsIsBounded() {
        // Given a disk that ignores being cancelled, and as many readers as may wait for it.
        var begun = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        try (var reads = new QueueReads(queue.control(), Duration.ofMillis(1))) {
            // One given up before its turn never runs, so it takes as many as it takes.
            for (int reader = 0; reader < 10_000 && begun.getCount() > 0; reader++) {
                assertThatThrownBy(() ->
                                reads.fromDisk(() -> {
                                    begun.countDown();
                                    return awaitWhatever(free);
                                }))
                        .isInstanceOf(QueueReads.Busy.class);
            }
            for (int reader = 0; reader < 16; reader++) {
                assertThatThrownBy(() -> reads.fromDisk(() -> 1)).hasMessage(SILENT);
            }

            // When one more comes, then it is sent away at once.
            assertThatThrownBy(() -> reads.fromDisk(() -> awaitWhatever(free)))
                    .hasMessage("too many requests are waiting for the queue");
            free.countDown();
        }
    }

    private static int awaitWhatever(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return 1;
            } catch (InterruptedException _) {
                // SQLite does not hear it either.
            }
        }
    }
}
