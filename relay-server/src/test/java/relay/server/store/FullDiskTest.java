package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static relay.server.store.TestQueue.BANK;
import static relay.server.store.TestQueue.FILTER;
import static relay.server.store.TestQueue.NOON;
import static relay.server.store.TestQueue.notice;
import static relay.server.store.TestQueue.randomBytes;
import static relay.server.store.TestQueue.trouble;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.LaneRecord.Suspension;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueChange;
import relay.core.queue.QueuedMessage;

/// The file is kept from growing, so that SQLite itself says SQLITE_FULL.
class FullDiskTest {
    private static final int MIB = 1024 * 1024;

    @TempDir Path folder;
    private TestQueue queue;

    @BeforeEach
    void open() {
        var impatient = new StoreLimits(MIB, MIB / 4, MIB, MIB, MIB, Duration.ofSeconds(1));
        queue = new TestQueue(folder, impatient, InstantSource.system());
    }

    @AfterEach
    void close() {
        queue.close();
    }

    @Test
    void mailIsRefusedWhileTheDiskIsFullAndTakenAgainByItself() {
        // Given a full disk.
        QueuedMessage before = queue.committed(queue.message());
        fillDisk();

        // When mail comes.
        QueuedMessage refused = queue.message();
        CommitResult result = queue.commit(refused, randomBytes(1, 200_000));

        // Then it is refused with the reason, the store says so, and one fault is told.
        assertThat(result)
                .asInstanceOf(
                        org.assertj.core.api.InstanceOfAssertFactories.type(
                                CommitResult.Failed.class))
                .satisfies(failed -> assertThat(failed.reason()).contains("SQLITE_FULL"));
        assertThat(queue.store.health()).isInstanceOf(StoreHealth.Failing.class);
        assertThat(queue.commit(queue.message(), randomBytes(1, 200_000)))
                .isInstanceOf(CommitResult.Failed.class);
        assertThat(queue.events).hasSize(1).allMatch(e -> e instanceof RelayEvent.Fault);

        // When there is room again; then the store notices by itself, and takes mail.
        freeDisk();
        awaitWritable();
        QueuedMessage after = queue.committed(queue.message(), randomBytes(2, 200_000));

        // Then nothing of the refused message was kept, in memory or on disk.
        assertThat(queue.store.inMemory(refused.id())).isEmpty();
        queue.close();
        queue = new TestQueue(folder);
        assertThat(TestQueue.idsOf(queue.entries(BANK))).containsExactly(before.id(), after.id());
        assertThat(rows("chunk")).isEqualTo(4);
        assertThat(queue.store.message(refused.id())).isEmpty();
    }

    @Test
    void changesWaitForRoomAndLoadsWaitForThem() {
        // Given a message, a message in another lane, and a full disk.
        QueuedMessage message = queue.committed(queue.message());
        fillDisk();

        // When the message ends with a notice for which there is no room, and its lane is loaded.
        QueuedMessage notice = queue.message(NOON, FILTER, "sender@example.net");
        queue.store.change(
                new QueueChange.End(
                        message.entries().getFirst().id(),
                        List.of(notice(notice, "x".repeat(200_000)))));
        var loaded = new CompletableFuture<Loaded>();
        queue.store.load(new LoadQuery.Due(BANK, NOON, 10), loaded::complete);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> queue.store.health() instanceof StoreHealth.Failing);

        // Then the disk still has the message, and the load is not answered from it.
        assertThat(queue.store.message(message.id())).hasSize(1);
        assertThat(loaded).isNotDone();

        // When there is room again; then the change is made, and the load knows it.
        freeDisk();
        assertThat(TestQueue.await(loaded).entries()).isEmpty();
        assertThat(queue.entries(FILTER)).isEqualTo(notice.entries());
        assertThat(queue.store.message(message.id())).isEmpty();
    }

    @Test
    void aLargeContentThatDoesNotFitIsRefusedAtItsEndAndLeavesNothing() throws Exception {
        // Given a large content that comes in while the disk is full.
        fillDisk();
        QueuedMessage message = queue.message();
        var content = queue.store.newContent(message.id());
        for (int i = 0; i < 40; i++) {
            var writable = new Semaphore(0);
            if (content.write(randomBytes(i, 1_000_000), writable::release)) continue;
            assertThat(writable.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        }

        // When there is room again before its end.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> queue.store.health() instanceof StoreHealth.Failing);
        freeDisk();
        awaitWritable();
        var done = new CompletableFuture<CommitResult>();
        queue.store.accept(message, content, done::complete);

        // Then it is refused all the same, since a part is missing, and nothing of it stays.
        assertThat(TestQueue.await(done)).isInstanceOf(CommitResult.Failed.class);
        await().atMost(Duration.ofSeconds(10)).until(() -> rows("chunk") == 0);
        assertThat(queue.store.bytesInFlight()).isZero();
        assertThat(queue.entries(BANK)).isEmpty();
    }

    @Test
    void theStoreClosesEvenIfChangesCannotBeWritten() {
        // Given a change for which there is no room.
        QueuedMessage message = queue.committed(queue.message());
        fillDisk();
        QueuedMessage notice = queue.message(NOON, FILTER, "sender@example.net");
        queue.store.change(
                new QueueChange.End(
                        message.entries().getFirst().id(),
                        List.of(notice(notice, "x".repeat(200_000)))));

        // When the store is closed.
        queue.close();

        // Then it told what is missing, and the message is still there, without its notice.
        assertThat(queue.events)
                .anyMatch(e -> e instanceof RelayEvent.Fault f && f.detail().contains("1 changes"));
        queue = new TestQueue(folder);
        assertThat(queue.entries(BANK)).isEqualTo(message.entries());
        assertThat(queue.entries(FILTER)).isEmpty();
    }

    @Test
    void aStatementThatTheDriverGivesUpForAFullDiskWorksAgainLater() {
        // Given a full disk, and a record for which there is no room: it is written by a statement
        // that the driver closes for good when SQLite says SQLITE_FULL.
        fillDisk();
        var trouble = Collections.nCopies(100, trouble("no room ".repeat(20)));
        var record = new LaneRecord(BANK, Suspension.NONE, 1, NOON, trouble);
        queue.store.change(new QueueChange.RecordLane(record));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> queue.store.health() instanceof StoreHealth.Failing);

        // When there is room again.
        freeDisk();

        // Then the record is written, and mail is taken again.
        awaitWritable();
        assertThat(queue.store.lanes()).extracting(LaneCensus::record).containsExactly(record);
        queue.committed(queue.message());
    }

    private void fillDisk() {
        // SQLite makes of it the number of pages there are.
        limitPages(1);
    }

    private void freeDisk() {
        limitPages(1_000_000);
    }

    private void limitPages(int pages) {
        TestQueue.await(queue.store.onWriter(c -> run(c, "PRAGMA max_page_count = " + pages)));
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void awaitWritable() {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> queue.store.health() instanceof StoreHealth.Writable);
    }

    private long rows(String table) {
        var count = new long[1];
        TestQueue.await(
                queue.store.onWriter(
                        c -> count[0] = Schema.number(c, "SELECT count(*) FROM " + table)));
        return count[0];
    }
}
