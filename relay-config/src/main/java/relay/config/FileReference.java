package relay.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/// Files that the configuration names. A relative path is relative to the file that names it.
final class FileReference {
    /// Certificates, keys and passwords are small.
    private static final int MAX_BYTES = 4 << 20;

    private FileReference() {}

    /// The absolute path meant by `text`; empty where it is no path at all, which is reported.
    static Optional<Path> resolve(Located<String> text, Problems problems) {
        // The schema reports an empty text.
        if (text.value().isEmpty()) return Optional.empty();
        try {
            Path naming = text.place().file().toAbsolutePath();
            return Optional.of(naming.resolveSibling(text.value()).normalize());
        } catch (InvalidPathException _) {
            problems.error(text.place(), Quoted.of(text.value()) + " is not a path", "");
            return Optional.empty();
        }
    }

    /// What the file at `path` holds; empty where it cannot be read, which is then reported at
    /// `place`.
    static Optional<byte[]> read(Path path, Place place, Problems problems) {
        String hint = "relative paths start at the folder of " + place.file().getFileName();
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES) return Optional.of(bytes);
            problems.error(place, path + " is larger than 4 MiB", "is it the right file?");
        } catch (NoSuchFileException _) {
            problems.error(place, path + " does not exist", hint);
        } catch (AccessDeniedException _) {
            problems.error(place, path + " cannot be read: permission denied", "");
        } catch (IOException unreadable) {
            problems.error(place, path + " cannot be read: " + unreadable.getMessage(), "");
        }
        return Optional.empty();
    }

    /// Notes a secret that every user of the machine can read.
    static void noteOpenSecret(Path path, Place place, Problems problems) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                problems.note(place, path + " is readable by everyone: chmod o-rwx it");
            }
        } catch (IOException | UnsupportedOperationException _) {
            // A file system without such permissions has nothing to warn of.
        }
    }
}
