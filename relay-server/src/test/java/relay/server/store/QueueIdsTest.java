package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.QueueId;

class QueueIdsTest {
    private static final Instant NOON = TestQueue.NOON;

    @TempDir Path folder;
    private Instant now = NOON;
    private final InstantSource clock = () -> now;

    @Test
    void anIdSaysWhenItWasGivenOut() {
        // Given a fresh queue, when an id is given out.
        try (var queue = open(folder)) {
            QueueId id = queue.store.newId();

            // Then it is the time in microseconds, in eleven characters.
            assertThat(id.value()).isEqualTo(NOON.toEpochMilli() * 1000 + 0);
            assertThat(id.toString()).hasSize(11);

            // When time goes on; then so do the ids.
            now = NOON.plusSeconds(1);
            assertThat(queue.store.newId().value() - id.value()).isEqualTo(1_000_000);
        }
    }

    @Test
    void idsGrowWhenTheClockStandsOrIsSetBack() {
        // Given an id.
        try (var queue = open(folder)) {
            long first = queue.store.newId().value();

            // When the clock stands, and is set back by a day; then each id is one more.
            assertThat(queue.store.newId().value()).isEqualTo(first + 1);
            now = NOON.minus(Duration.ofDays(1));
            assertThat(queue.store.newId().value()).isEqualTo(first + 2);
        }
    }

    @Test
    void idsGrowAcrossARestartWithTheClockSetBackAndNoMessageLeft() {
        // Given ids of which none became a message.
        long last = 0;
        try (var queue = open(folder)) {
            for (int i = 0; i < 1000; i++) last = queue.store.newId().value();
        }

        // When the next process has an earlier clock; then its ids are greater all the same.
        now = NOON.minus(Duration.ofDays(400));
        try (var queue = open(folder)) {
            assertThat(queue.store.newId().value()).isEqualTo(last + 1);
        }
    }

    @Test
    void idsGrowAcrossACrashWithTheClockSetBack() throws IOException {
        // Given a queue that is copied as a crash would leave it, after hours of giving out ids.
        Path crashed = Files.createDirectory(folder.resolve("crashed"));
        long last = 0;
        try (var queue = open(folder.resolve("data"))) {
            for (int hour = 0; hour < 5; hour++) {
                now = NOON.plus(Duration.ofHours(hour));
                queue.committed(queue.message());
                last = queue.store.newId().value();
            }
            for (String file : new String[] {"queue.db", "queue.db-wal"}) {
                Files.copy(folder.resolve("data").resolve(file), crashed.resolve(file));
            }
        }

        // When it is opened with an earlier clock; then its ids are greater all the same.
        now = NOON.minus(Duration.ofDays(1));
        try (var queue = open(crashed)) {
            assertThat(queue.store.newId().value()).isGreaterThan(last);
            assertThat(queue.entries(TestQueue.BANK)).hasSize(5);
        }
    }

    @Test
    void noIdIsGivenOutTwiceToManyThreads() {
        // Given 8 threads, when each takes 5,000 ids.
        var ids = ConcurrentHashMap.<QueueId>newKeySet();
        try (var queue = open(folder)) {
            var threads =
                    TestQueue.times(8)
                            .mapToObj(thread ->
                                    TestQueue.async(() -> {
                                        for (int i = 0; i < 5000; i++) {
                                            ids.add(queue.store.newId());
                                        }
                                        return thread;
                                    }))
                            .toList();
            threads.forEach(TestQueue::await);
        }

        // Then all are different.
        assertThat(ids).hasSize(40_000);
    }

    private TestQueue open(Path where) {
        return new TestQueue(where, StoreLimits.DEFAULT, clock);
    }
}
