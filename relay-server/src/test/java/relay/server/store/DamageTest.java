package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueuedMessage;

/// What the disk must not do to mail without a word.
class DamageTest {
    private static final String JOURNAL = Schema.FILE + "-wal";

    @TempDir Path folder;
    @TempDir Path copy;

    @Test
    void aQueueThatIsGoneIsNotTakenForANewOne() throws Exception {
        // Given a queue whose file was deleted.
        new TestQueue(folder).close();
        Files.delete(folder.resolve(Schema.FILE));

        // When it is opened; then that is said, each time, and nothing is made in its place.
        for (int i = 0; i < 2; i++) assertRefused(folder, "is gone");
        assertThat(folder.resolve(Schema.FILE)).doesNotExist();
    }

    @Test
    void anEmptyFileIsNotTakenForANewQueueAndItsJournalIsKept() throws Exception {
        // Given a queue cut to nothing beside its journal, in a folder without our lock.
        try (var queue = new TestQueue(folder)) {
            queue.committed(queue.message());
            copyFiles();
        }
        Files.write(copy.resolve(Schema.FILE), new byte[0]);

        // When it is opened; then it is refused, and the journal is still there.
        assertRefused(copy, "is empty");
        assertThat(copy.resolve(JOURNAL)).isNotEmptyFile();
    }

    @Test
    void aJournalDamagedBeforeItsLastTransactionIsRefused() throws Exception {
        // Given the files of a running store with some messages.
        try (var queue = new TestQueue(folder)) {
            for (int i = 0; i < 5; i++) settled(queue);
            copyFiles();
        }

        // When they are as they were; then every message is there.
        try (var queue = new TestQueue(copy)) {
            assertThat(queue.entries(TestQueue.BANK)).hasSize(5);
        }

        // When one bit is another, in the header or in a page; then the place is named.
        copyFilesOfAnother();
        for (long at : new long[] {5, 40, 3000}) {
            flip(copy.resolve(JOURNAL), at);
            assertRefused(copy, "is damaged at byte");
            flip(copy.resolve(JOURNAL), at);
        }
    }

    @Test
    void aTransactionThatACrashHasLeftInPiecesIsNoDamage() throws Exception {
        // Given a journal whose last transaction is not complete.
        try (var queue = new TestQueue(folder)) {
            for (int i = 0; i < 5; i++) settled(queue);
            copyFiles();
        }
        try (var journal = new RandomAccessFile(copy.resolve(JOURNAL).toFile(), "rw")) {
            journal.setLength(journal.length() - 100);
        }

        // When it is opened; then what was complete is there.
        try (var queue = new TestQueue(copy)) {
            assertThat(queue.entries(TestQueue.BANK)).hasSize(4);
        }
    }

    @Test
    void aBrokenPageIsFoundAtTheStart() throws Exception {
        // Given a queue of many pages, one of which is overwritten.
        breakLastPage();

        // When it is opened; then it is refused.
        assertRefused(folder, "it is damaged");
    }

    @Test
    void aBrokenPageOfALargeFileIsFoundWhileItIsUsedAndKeepsNewMailOut() throws Exception {
        // Given the same queue, in a file that is too large to wait for.
        breakLastPage();

        // When it is opened, then it can be used, and soon says what is wrong with it.
        try (var queue = new TestQueue(folder, impatient(), InstantSource.system())) {
            await().until(() -> queue.store.health() instanceof StoreHealth.Damaged);
            assertThat(queue.store.health())
                    .isInstanceOfSatisfying(
                            StoreHealth.Damaged.class,
                            damaged -> assertThat(damaged.reason()).contains("it is damaged"));
            assertThat(queue.events)
                    .anyMatch(event -> event.toString().contains("the queue is damaged"));

            // Then no mail goes into it, and what is in it is still there.
            assertThat(queue.commit(queue.message(), new byte[] {'a'}))
                    .isInstanceOf(CommitResult.Failed.class);
            assertThat(queue.entries(TestQueue.BANK)).hasSize(200);
        }
    }

    @Test
    void aLargeFileThatIsSoundIsUsedAtOnceAndLeftInPeace() throws Exception {
        // Given a sound queue in a file that is too large to wait for.
        try (var queue = new TestQueue(folder)) {
            queue.committed(queue.message());
        }

        // When it is opened and closed, also while it is looked through, then nothing is wrong.
        for (int i = 1; i < 20; i++) {
            var queue = new TestQueue(folder, impatient(), InstantSource.system());
            queue.committed(queue.message());
            assertThat(queue.entries(TestQueue.BANK)).hasSize(i + 1);
            queue.close();
            assertThat(queue.events).isEmpty();
        }
    }

    private static StoreLimits impatient() {
        return new StoreLimits(1 << 20, 1 << 18, 1 << 20, 1 << 20, 0, Duration.ofSeconds(1));
    }

    /// A queue of many pages, the last of which is overwritten.
    private void breakLastPage() throws IOException {
        try (var queue = new TestQueue(folder)) {
            for (int i = 0; i < 200; i++) queue.committed(queue.message());
        }
        Path file = folder.resolve(Schema.FILE);
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(file.toFile().length() - 4096);
            bytes.write(TestQueue.randomBytes(1, 200));
        }
    }

    @Test
    void aContentThatTheDiskHasChangedIsNotGivenOut() throws Exception {
        // Given a message in one row and one in many, of each of which a bit is another.
        List<QueuedMessage> messages;
        try (var queue = new TestQueue(folder)) {
            byte[] large = TestQueue.randomBytes(1, 300_000);
            messages =
                    List.of(
                            queue.committed(queue.message()),
                            queue.committed(queue.message(), large));
        }
        run("UPDATE content SET bytes = CAST(replace(bytes, 'Text', 'text') AS BLOB)");
        run("UPDATE chunk SET bytes = zeroblob(length(bytes)) WHERE seq = 1");

        // When they are read; then nothing is given out that is not what was accepted.
        try (var queue = new TestQueue(folder)) {
            for (QueuedMessage message : messages) {
                assertThatThrownBy(() -> queue.content(message.id()))
                        .isInstanceOf(ContentLost.class)
                        .hasMessageContaining("checksum");
            }
        }
    }

    @Test
    void anEntryThatTheDiskHasChangedGoesToNobodyAndIsTold() throws Exception {
        // Given two messages, one of which is for somebody else now.
        QueuedMessage sound;
        try (var queue = new TestQueue(folder)) {
            var damaged = queue.committed(queue.message());
            sound = queue.committed(queue.message());
            queue.settle();
            run(
                    "UPDATE entry SET recipients = 'jnfo@bank.example' WHERE message = "
                            + damaged.id().value());
        }

        // When the queue is opened; then the other one alone is given out, and a fault is told.
        try (var queue = new TestQueue(folder)) {
            assertThat(queue.entries(TestQueue.BANK)).isEqualTo(sound.entries());
            assertThat(queue.events)
                    .anyMatch(e ->
                            e instanceof RelayEvent.Fault f && f.detail().contains("checksum"));
        }
    }

    private void copyFilesOfAnother() throws Exception {
        try (var queue = new TestQueue(folder)) {
            for (int i = 0; i < 5; i++) settled(queue);
            copyFiles();
        }
    }

    /// A transaction of its own.
    private static void settled(TestQueue queue) {
        queue.committed(queue.message());
        queue.settle();
    }

    private void copyFiles() throws IOException {
        for (String name : List.of(Schema.FILE, JOURNAL)) {
            Files.write(copy.resolve(name), Files.readAllBytes(folder.resolve(name)));
        }
    }

    private static void assertRefused(Path folder, String what) {
        assertThatThrownBy(() -> new TestQueue(folder).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(what)
                .hasMessageContaining("docs/queue.md");
    }

    private static void flip(Path file, long at) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int octet = bytes.read();
            bytes.seek(at);
            bytes.write(octet ^ 1);
        }
    }

    private void run(String sql) throws Exception {
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(Schema.FILE));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
