package relay.server.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import relay.core.routing.TokenGrant;
import relay.core.routing.TokenGrant.Kind;

/// The refresh tokens that endpoints gave in place of the configured ones (RFC 6749 §6), a file
/// each, mode 0600. Its name is a digest of the grant, the configured token included, so that a new
/// one in the configuration begins anew. Whoever calls holds the grant's lock.
record RefreshTokens(Path folder) {

    /// The one to use now; empty for a grant without.
    String current(TokenGrant grant) throws IOException {
        return switch (grant.kind()) {
            case Kind.ClientCredentials() -> "";
            case Kind.RefreshToken(var configured) -> {
                try {
                    yield Files.readString(file(grant, configured)).strip();
                } catch (NoSuchFileException _) {
                    yield configured;
                }
            }
        };
    }

    /// Keeps `token`; it is on disk when this returns. Endpoints may take the old one for stolen.
    void keep(TokenGrant grant, String token) throws IOException {
        if (!(grant.kind() instanceof Kind.RefreshToken(var configured))) return;
        Path file = file(grant, configured);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.createDirectories(folder);
        Files.deleteIfExists(fresh);
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(fresh, ownerOnly);
        try (var out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = UTF_8.encode(token + "\n");
            while (bytes.hasRemaining()) out.write(bytes);
            out.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private Path file(TokenGrant grant, String configured) {
        String what = grant.endpoint() + "\n" + grant.clientId() + "\n" + configured;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(what.getBytes(UTF_8));
            return folder.resolve(HexFormat.of().formatHex(digest, 0, 16) + ".token");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
