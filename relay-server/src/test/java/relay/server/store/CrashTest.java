package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.server.store.TestQueue.BANK;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;

class CrashTest {
    private static final int KILLS = 10;

    @TempDir Path folder;

    @Test
    void nothingAcknowledgedIsLostWhenTheProcessIsKilled() throws Exception {
        // Given a queue that goes from one process to the next.
        var acknowledged = new HashSet<QueueId>();
        var ended = new HashSet<QueueId>();
        var random = new Random(7);
        long lastId = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            // When the process that accepts mail is killed at some moment.
            try (var child = ChildRelay.start(folder, "accept")) {
                for (int line = random.nextInt(150); line >= 0; line--) {
                    note(child.nextLine(), acknowledged, ended);
                }
                for (String line : child.kill()) note(line, acknowledged, ended);
            }

            // Then every message it acknowledged is in the queue, and every message in the queue
            // is whole.
            Set<QueueId> inQueue = checkQueue();
            assertThat(inQueue).containsAll(without(acknowledged, ended));

            // Then ids only grow.
            assertThat(newest(inQueue, acknowledged)).isGreaterThan(lastId);
            lastId = newest(inQueue, acknowledged);
        }
        assertThat(acknowledged.size()).isGreaterThan(KILLS);
    }

    /// Reads every message with its content.
    private Set<QueueId> checkQueue() {
        try (var queue = new TestQueue(folder)) {
            var ids = new HashSet<QueueId>();
            for (QueueEntry entry : queue.entries(BANK)) {
                QueueId id = entry.id().message();
                assertThat(queue.content(id)).isEqualTo(ChildRelay.contentOf(id));
                ids.add(id);
            }
            TestQueue.await(
                    queue.store.onWriter(c -> {
                        String contents =
                                "SELECT (SELECT count(*) FROM content)"
                                        + " + (SELECT count(*) FROM chunked)";
                        assertThat(Schema.number(c, contents)).isEqualTo(ids.size());
                    }));
            return ids;
        }
    }

    private static void note(String line, Set<QueueId> acknowledged, Set<QueueId> ended) {
        QueueId id = QueueId.parse(line.substring(1)).orElseThrow();
        assertThat(line.charAt(0)).isIn('+', '-');
        if (line.charAt(0) == '+') assertThat(acknowledged.add(id)).isTrue();
        else ended.add(id);
    }

    private static Set<QueueId> without(Set<QueueId> all, Set<QueueId> some) {
        return all.stream().filter(id -> !some.contains(id)).collect(Collectors.toSet());
    }

    private static long newest(Set<QueueId> some, Set<QueueId> others) {
        return Math.max(newest(some), newest(others));
    }

    private static long newest(Set<QueueId> ids) {
        return ids.stream().mapToLong(QueueId::value).max().orElse(0);
    }
}
