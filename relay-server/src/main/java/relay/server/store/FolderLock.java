package relay.server.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Set;

/// Keeps a data folder to one store: an exclusive transaction on an empty SQLite file beside the
/// queue, which ends with the process however it dies.
///
/// Not a lock by `FileChannel`: in one JVM the second attempt, when it closes its own channel,
/// would give up the first one's lock (POSIX).
final class FolderLock implements AutoCloseable {
    private static final String LOCK_FILE = "lock";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Connection held;

    private FolderLock(Connection held) {
        this.held = held;
    }

    /// Whether [#noteQueue] was ever called for this folder.
    Soundness.Past past() throws SQLException {
        return Schema.number(held, "PRAGMA user_version") > 0
                ? Soundness.Past.USED
                : Soundness.Past.NEW;
    }

    /// Writes down that there is a queue in the folder from now on: a file that is gone later is no
    /// new queue.
    void noteQueue() throws SQLException {
        if (past() == Soundness.Past.USED) return;
        try (var statement = held.createStatement()) {
            statement.execute("PRAGMA user_version = 1");
            statement.execute("COMMIT");
            statement.execute("BEGIN EXCLUSIVE");
        }
    }

    /// Makes the folder (mode 0700) where there is none and takes it. Throws [StoreException] where
    /// it cannot be made, or another store has it.
    static FolderLock take(Path folder) {
        try {
            Files.createDirectories(folder, OWNER_ONLY_FOLDER);
            ownFile(folder.resolve(LOCK_FILE));
        } catch (IOException e) {
            throw new StoreException(
                    "The data folder "
                            + folder
                            + " cannot be used: "
                            + e
                            + ". The relay's user must own it and be able to write to it.",
                    e);
        }
        return new FolderLock(lock(folder));
    }

    /// Makes the file, for its owner alone, where there is none.
    static void ownFile(Path file) throws IOException {
        if (!Files.exists(file)) Files.createFile(file, OWNER_ONLY_FILE);
    }

    private static Connection lock(Path folder) {
        Connection connection = null;
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(LOCK_FILE));
            try (var statement = connection.createStatement()) {
                statement.execute("PRAGMA busy_timeout = 0");
                statement.execute("BEGIN EXCLUSIVE");
            }
            return connection;
        } catch (SQLException e) {
            Schema.closeQuietly(connection);
            throw new StoreException(
                    "The data folder "
                            + folder
                            + " is in use by another relay. Stop that one first, or give this one a"
                            + " folder of its own (`data` in relay.yaml).",
                    e);
        }
    }

    @Override
    public void close() {
        Schema.closeQuietly(held);
    }
}
