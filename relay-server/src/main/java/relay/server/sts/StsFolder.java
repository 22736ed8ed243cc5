package relay.server.sts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.delivery.StsControl.KeptPolicy;
import relay.core.delivery.StsPolicies;
import relay.core.tls.StsPolicy;
import relay.core.tls.StsRecord;

/// The policies on disk: a file for each domain, named as the domain, with the TXT record's id, the
/// time of the fetch and the policy's length in octets in three lines, an empty one, and the policy
/// file as it was served.
///
/// A file is written beside and put in its place at once, so that it is whole or not there; what is
/// not whole all the same is as good as not there. Any thread; blocks for the disk.
public record StsFolder(Path folder) {
    private static final String ID = "id: ";
    private static final String FETCHED = "fetched: ";
    private static final String LENGTH = "length: ";
    private static final String HEADER_END = "\n\n";
    private static final int MAX_BYTES = StsPolicy.MAX_BYTES + 256;

    /// In the data folder of a relay.
    public static StsFolder in(Path dataFolder) {
        return new StsFolder(dataFolder.resolve("mta-sts"));
    }

    /// What is on disk at `now`, for a program that does not run the relay.
    public StsPolicies at(Instant now) {
        return domain ->
                read(domain).filter(kept -> kept.expiresAt().isAfter(now)).map(KeptPolicy::policy);
    }

    /// Throws [IOException] where the folder cannot be read; files that are not ours are passed
    /// over.
    List<KeptPolicy> all() throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            return files.flatMap(file -> Domain.parse(file.getFileName().toString()).stream())
                    .flatMap(domain -> read(domain).stream())
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    Optional<KeptPolicy> read(Domain domain) {
        Path file = folder.resolve(domain.name());
        try {
            if (Files.size(file) > MAX_BYTES) return Optional.empty();
            return parse(domain, Files.readAllBytes(file));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// `file` is the policy file as it was served.
    void write(KeptPolicy kept, String file) throws IOException {
        Path fresh = Files.createTempFile(folder, ".", ".new");
        try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            ByteBuffer content = content(kept, file.getBytes(StandardCharsets.UTF_8));
            while (content.hasRemaining()) channel.write(content);
            channel.force(true);
            Files.move(
                    fresh,
                    folder.resolve(kept.domain().name()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    private static ByteBuffer content(KeptPolicy kept, byte[] file) {
        String header =
                String.join(
                        "\n",
                        ID + kept.id(),
                        FETCHED + kept.fetchedAt(),
                        LENGTH + file.length + HEADER_END);
        return ByteBuffer.allocate(header.length() + file.length)
                .put(header.getBytes(StandardCharsets.US_ASCII))
                .put(file)
                .flip();
    }

    void delete(Domain domain) throws IOException {
        try {
            Files.delete(folder.resolve(domain.name()));
        } catch (NoSuchFileException _) {
            // As it should be.
        }
    }

    private static Optional<KeptPolicy> parse(Domain domain, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf(HEADER_END);
        if (end < 0) return Optional.empty();
        List<String> header = text.substring(0, end).lines().toList();
        byte[] file =
                text.substring(end + HEADER_END.length()).getBytes(StandardCharsets.ISO_8859_1);
        boolean whole =
                header.size() == 3
                        && header.get(0).startsWith(ID)
                        && header.get(1).startsWith(FETCHED)
                        && header.get(2).equals(LENGTH + file.length);
        if (!whole) return Optional.empty();
        String id = header.get(0).substring(ID.length());
        if (!(StsPolicy.parse(file) instanceof StsPolicy.Parsed.Valid(var policy))) {
            return Optional.empty();
        }
        return time(header.get(1).substring(FETCHED.length()))
                .filter(_ -> StsRecord.isId(id))
                .map(fetchedAt -> new KeptPolicy(domain, policy, id, fetchedAt));
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
