package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpeningTest {
    @TempDir Path parent;

    @Test
    void theFolderAndItsFilesAreForTheirOwnerAlone() throws IOException {
        // Given no folder.
        Path folder = parent.resolve("new").resolve("data");

        // When a queue is opened there, and used.
        try (var queue = new TestQueue(folder)) {
            queue.committed(queue.message());

            // Then nobody else can read any of it.
            assertThat(modeOf(folder)).isEqualTo("rwx------");
            try (var files = Files.list(folder)) {
                assertThat(files)
                        .extracting(file -> file.getFileName() + " " + modeOf(file))
                        .contains("queue.db rw-------", "queue.db-wal rw-------")
                        .allMatch(file -> file.endsWith(" rw-------"));
            }
        }
    }

    @Test
    void aSecondStoreInThisProcessIsRefusedUntilTheFirstIsClosed() {
        // Given an open queue.
        try (var first = new TestQueue(parent)) {
            // When it is opened twice more; then each time the folder and the remedy are named.
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> new TestQueue(parent).close())
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining(parent.toString())
                        .hasMessageContaining("in use by another relay");
            }
            first.committed(first.message());
        }

        // When it is closed; then the next one may have it.
        try (var next = new TestQueue(parent)) {
            assertThat(next.entries(TestQueue.BANK)).hasSize(1);
        }
    }

    @Test
    void aSecondProcessIsRefusedUntilTheFirstIsDead() throws Exception {
        // Given another process that has the queue open.
        try (var child = ChildRelay.start(parent, "hold")) {
            assertThat(child.nextLine()).isEqualTo("open");

            // When we open it; then we are refused.
            assertThatThrownBy(() -> new TestQueue(parent).close())
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("in use by another relay");

            // When the other is killed; then we may.
            child.kill();
            new TestQueue(parent).close();
        }
    }

    @Test
    void aQueueOfANewerRelayIsRefusedAndLeftAlone() throws Exception {
        // Given a queue with a later schema version.
        new TestQueue(parent).close();
        run("PRAGMA user_version = " + (Schema.VERSION + 1));

        // When it is opened; then both versions are named.
        assertThatThrownBy(() -> new TestQueue(parent).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("newer relay")
                .hasMessageContaining(
                        "version is %d, this relay knows %d", Schema.VERSION + 1, Schema.VERSION);

        // Then it is as it was.
        run("PRAGMA user_version = " + Schema.VERSION);
        new TestQueue(parent).close();
    }

    @Test
    void anotherProgramsDatabaseIsRefused() throws Exception {
        // Given an SQLite file that is no queue.
        run("CREATE TABLE contacts (name)");

        // When it is opened; then that is said.
        assertThatThrownBy(() -> new TestQueue(parent).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("not the queue of a relay");
    }

    @Test
    void aDamagedFileIsRefusedWithOneClearMessage() throws Exception {
        // Given a queue whose file was overwritten in the middle of its tables.
        try (var queue = new TestQueue(parent)) {
            for (int i = 0; i < 20; i++) queue.committed(queue.message());
        }
        Path file = parent.resolve(Schema.FILE);
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(100);
            bytes.write(TestQueue.randomBytes(1, (int) bytes.length() - 100));
        }

        // When it is opened; then the file and the page of the manual are named.
        assertThatThrownBy(() -> new TestQueue(parent).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("cannot be read")
                .hasMessageContaining("docs/queue.md");
    }

    @Test
    void aFileThatIsNoDatabaseIsRefused() throws Exception {
        // Given a text where the queue should be.
        Files.writeString(parent.resolve(Schema.FILE), "no queue\n".repeat(1000));

        // When it is opened; then that is said, and the folder is free again afterwards.
        assertThatThrownBy(() -> new TestQueue(parent).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot be read");
        Files.delete(parent.resolve(Schema.FILE));
        new TestQueue(parent).close();
    }

    @Test
    void aFolderThatCannotBeMadeIsRefused() throws IOException {
        // Given a file where the folder should be.
        Path folder = Files.writeString(parent.resolve("data"), "a file");

        // When a queue is opened there; then the folder is named.
        assertThatThrownBy(() -> new TestQueue(folder).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("The data folder " + folder);
    }

    private void run(String sql) throws Exception {
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + parent.resolve(Schema.FILE));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String modeOf(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
