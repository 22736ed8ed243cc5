package relay.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/// A copy of the queue as it is at one moment, while it is being used: read by a connection of its
/// own, which keeps nobody from writing.
final class Backup {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private Backup() {}

    /// Writes the queue of `folder` to `target` (mode 0600), which is whole and synced where this
    /// returns, and not there where it throws; the answer is its size in bytes. Blocks for as long
    /// as the disk needs. Throws [FileAlreadyExistsException] where there is a file already.
    static long write(Path folder, Path target) throws IOException {
        if (Files.exists(target)) throw new FileAlreadyExistsException(target.toString());
        Path unfinished = target.resolveSibling(target.getFileName() + ".part");
        Files.createFile(unfinished, OWNER_ONLY);
        try {
            copy(folder, unfinished);
            sync(unfinished);
            // Unlike a move this never takes the place of another file.
            Files.createLink(target, unfinished);
            sync(folderOf(target));
            return Files.size(target);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /// Into a file that is empty.
    private static void copy(Path folder, Path file) throws IOException {
        Connection connection = null;
        try {
            connection = Schema.openReader(folder);
            // Refused to a connection that may only ask, though it changes nothing here.
            try (var statement = connection.createStatement()) {
                statement.execute("PRAGMA query_only = OFF");
            }
            try (var statement = connection.prepareStatement("VACUUM INTO ?")) {
                statement.setString(1, file.toString());
                statement.execute();
            }
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            Schema.closeQuietly(connection);
        }
    }

    private static void sync(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file : folder;
    }
}
