package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.QueuedMessage;
import relay.server.store.QueueCheck.Repair;

/// Looking at a queue, mending it, and copying it while it runs.
class QueueCheckTest {
    @TempDir Path folder;
    @TempDir Path other;

    private final List<String> said = new ArrayList<>();

    @Test
    void aSoundQueueIsSoundAloneAndBesideARunningRelay() {
        // Given two messages, one of them larger than what is kept in one row.
        try (var queue = new TestQueue(folder)) {
            queue.committed(queue.message());
            queue.committed(queue.message(), TestQueue.randomBytes(1, 300_000));

            // When it is looked at while the relay runs, and after.
            assertThat(check(Repair.NO)).isTrue();
            assertThat(said)
                    .containsExactly(
                            "a relay has this queue: it goes on, and nothing is repaired",
                            "2 messages, 300028 bytes of content read",
                            "sound");
        }
        said.clear();
        assertThat(check(Repair.NO)).isTrue();
        assertThat(said).containsExactly("2 messages, 300028 bytes of content read", "sound");
    }

    @Test
    void everyDamagedContentIsNamed() throws Exception {
        // Given two messages, one of whose contents has another octet than was stored.
        QueuedMessage bad =
                twoMessagesOfWhom(id ->
                        "UPDATE content SET bytes = x'00' || substr(bytes, 2) WHERE id = " + id);

        // When the queue is looked at, also with the wish to mend it.
        for (Repair repair : Repair.values()) {
            said.clear();
            assertThat(check(repair)).isFalse();

            // Then it is named, and stays what it is.
            assertThat(said)
                    .contains("1 places are damaged")
                    .anyMatch(line ->
                            line.startsWith("damaged: content of " + bad.id())
                                    && line.contains("checksum"));
        }
    }

    @Test
    void anEntryWithoutContentAndOneThatCannotBeReadAreNamed() throws Exception {
        QueuedMessage bad = twoMessagesOfWhom(id -> "DELETE FROM content WHERE id = " + id);
        assertThat(check(Repair.NO)).isFalse();
        assertThat(said).anyMatch(line -> line.startsWith("damaged: content of " + bad.id()));

        said.clear();
        change("UPDATE entry SET recipients = 'x' WHERE message = " + bad.id().value());
        assertThat(check(Repair.NO)).isFalse();
        assertThat(said).anyMatch(line -> line.startsWith("damaged: entry " + bad.id()));
    }

    @Test
    void contentsOfNoMessageAreDeletedWhereThatIsWished() throws Exception {
        // Given a content that belongs to nothing.
        twoMessagesOfWhom(id -> "DELETE FROM entry WHERE message = " + id);
        assertThat(check(Repair.NO)).isTrue();
        assertThat(said).anyMatch(line -> line.startsWith("1 pieces of content belong to no"));

        // When it is to be mended.
        said.clear();
        assertThat(check(Repair.YES)).isTrue();

        // Then that is said, and it is gone.
        assertThat(said).anyMatch(line -> line.startsWith("repaired: 1 deleted of content"));
        said.clear();
        assertThat(check(Repair.NO)).isTrue();
        assertThat(said).containsExactly("1 messages, 28 bytes of content read", "sound");
    }

    @Test
    void aRunningRelaysQueueIsNotMended() {
        try (var queue = new TestQueue(folder)) {
            queue.committed(queue.message());
            assertThatThrownBy(() -> check(Repair.YES))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("A relay runs with the queue of " + folder)
                    .hasMessageContaining("Stop it, repair, and start it again")
                    .hasMessageNotContaining("a folder of its own");
        }
    }

    @Test
    void mailThatACrashLeftFreshIsSaidToWaitAndKeepsItsContents() throws Exception {
        // Given a crash after a large message whose entry is in the fresh log alone, but its
        // content
        // is in the file, and a small one.
        byte[] large = TestQueue.randomBytes(3, 300_000);
        QueuedMessage small;
        try (var queue = new TestQueue(folder)) {
            queue.committed(queue.message(), large);
            small = queue.committed(queue.message());
            for (String name : List.of(Schema.FILE, Schema.FILE + "-wal", FreshLog.FILE)) {
                Files.copy(folder.resolve(name), other.resolve(name));
            }
        }

        // When what it left is looked at, and is to be mended.
        for (Repair repair : Repair.values()) {
            said.clear();
            assertThat(QueueCheck.run(other, repair, said::add)).isTrue();

            // Then that is said, and nothing of it is taken for rubbish.
            assertThat(said)
                    .anyMatch(line -> line.contains("groups of mail are in fresh.log alone"))
                    .noneMatch(line -> line.contains("deleted of"));
        }
        assertThat(said).anyMatch(line -> line.startsWith("no content is deleted while fresh.log"));

        // And the next start has both.
        try (var queue = new TestQueue(other)) {
            assertThat(queue.entries(TestQueue.BANK)).hasSize(2);
            assertThat(queue.content(small.id())).hasSize(28);
        }
    }

    @Test
    void aFolderWithoutAQueueIsNotMadeOne() {
        assertThatThrownBy(() -> check(Repair.NO)).hasMessageContaining("no queue");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aBackupOfARunningQueueIsWholeAndForItsOwnerAlone() throws Exception {
        // Given a running queue with messages.
        Path backup = other.resolve("queue.db");
        try (var queue = new TestQueue(folder)) {
            QueuedMessage first = queue.committed(queue.message());
            byte[] large = TestQueue.randomBytes(2, 300_000);
            QueuedMessage second = queue.committed(queue.message(), large);

            // When it is backed up, and more mail comes after.
            long bytes = queue.store.backUp(backup);
            queue.committed(queue.message());

            // Then the copy is a queue with the two, and starts.
            assertThat(Files.size(backup)).isEqualTo(bytes);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                    .isEqualTo("rw-------");
            assertThat(QueueCheck.run(other, Repair.NO, said::add)).isTrue();
            try (var restored = new TestQueue(other)) {
                assertThat(restored.entries(TestQueue.BANK))
                        .extracting(entry -> entry.id().message())
                        .containsExactly(first.id(), second.id());
                assertThat(restored.content(second.id())).isEqualTo(large);
            }
        }
    }

    @Test
    void aBackupTakesNoFilesPlaceAndLeavesNoHalf() throws Exception {
        try (var queue = new TestQueue(folder)) {
            Path there = Files.writeString(other.resolve("mine"), "mine");
            assertThatThrownBy(() -> queue.store.backUp(there))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThat(there).hasContent("mine");
            assertThatThrownBy(() -> queue.store.backUp(other.resolve("none/queue.db")))
                    .isInstanceOf(java.io.IOException.class);
            assertThat(other.toFile().list()).containsExactly("mine");
        }
    }

    private interface Damage {
        String to(long message);
    }

    /// The queue of a stopped relay with two messages; the second has been damaged.
    private QueuedMessage twoMessagesOfWhom(Damage damage) throws SQLException {
        QueuedMessage second;
        try (var queue = new TestQueue(folder)) {
            queue.committed(queue.message());
            second = queue.committed(queue.message());
        }
        change(damage.to(second.id().value()));
        return second;
    }

    private void change(String sql) throws SQLException {
        String url = "jdbc:sqlite:" + folder.resolve(Schema.FILE);
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private boolean check(Repair repair) {
        return QueueCheck.run(folder, repair, said::add);
    }
}
