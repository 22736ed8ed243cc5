package relay.server.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a change must show: 256 random bits, in a file of the data folder that its owner alone can
/// read. It outlives restarts; whoever deletes the file has a new one made at the next start.
/// Immutable; any thread.
public final class AdminToken {
    /// The file's name, in the data folder.
    public static final String FILE = "admin-token";

    private static final Logger LOG = LoggerFactory.getLogger(AdminToken.class);
    private static final int OCTETS = 32;
    private static final String SCHEME = "Bearer ";
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{" + 2 * OCTETS + "}");
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private final byte[] expected;

    private AdminToken(String text) {
        expected = octets(text);
    }

    /// The token of `dataFolder`, made where there is none, or none that was kept secret: a file
    /// that others may read is replaced, and the log says so.
    static AdminToken in(Path dataFolder) throws IOException {
        Path file = dataFolder.resolve(FILE);
        if (!Files.exists(file)) return make(file);
        if (!OWNER_ONLY.equals(Files.getPosixFilePermissions(file))) {
            LOG.warn("{} could be read by others: the token is made anew", file);
            return make(file);
        }
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        if (FORM.matcher(text).matches()) return new AdminToken(text);
        LOG.warn("{} holds no token: it is made anew", file);
        return make(file);
    }

    private static AdminToken make(Path file) throws IOException {
        byte[] random = new byte[OCTETS];
        new SecureRandom().nextBytes(random);
        String text = HexFormat.of().formatHex(random);
        Path fresh = file.resolveSibling(FILE + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(fresh, text + "\n", StandardCharsets.US_ASCII);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return new AdminToken(text);
    }

    /// Whether the value of an `Authorization` header shows the token. Takes as long for a token
    /// that is nearly right as for one that is not.
    boolean isShownBy(String authorization) {
        boolean bearer = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return bearer
                && MessageDigest.isEqual(
                        expected, octets(authorization.substring(SCHEME.length()).strip()));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
