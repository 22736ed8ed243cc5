package relay.server.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Who changed what, and what came of it: a JSON line for each change, synced before the change is
/// answered. Any thread; one at a time writes.
///
/// Bounded: the file `audit.jsonl` is set aside under a number when it is full, and the oldest of
/// those that were set aside is deleted. Where the disk refuses a line the relay's log has it: an
/// order may be what makes room on the disk, so that nothing is refused for want of a record.
final class AuditLog {
    /// The log's folder, in the data folder.
    static final String FOLDER = "audit";

    /// How long a file gets, and how many full ones are kept beside it.
    static final long MAX_FILE_BYTES = 4 << 20;

    static final int KEPT_FILES = 15;

    /// The longest that is kept of what was asked for.
    static final int MAX_ASKED_CHARACTERS = 4096;

    private static final int MAX_USER_CHARACTERS = 100;
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final Pattern SET_ASIDE = Pattern.compile("audit\\.(\\d{4,9})\\.jsonl");
    private static final Set<StandardOpenOption> APPENDING =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final Path folder;
    private final long maxFileBytes;
    private final InstantSource clock;

    AuditLog(Path dataFolder, InstantSource clock) {
        this(dataFolder, MAX_FILE_BYTES, clock);
    }

    AuditLog(Path dataFolder, long maxFileBytes, InstantSource clock) {
        this.folder = dataFolder.resolve(FOLDER);
        this.maxFileBytes = maxFileBytes;
        this.clock = clock;
    }

    /// A change that was let in. `path` is that of the request; `user` what the client says who
    /// gave it, which proves nothing; `body` what was asked for.
    record Asked(String path, String from, String user, String body) {}

    /// Writes down that `asked` was answered so.
    synchronized void write(Asked asked, Answer answer) {
        String line = JSON.writeValueAsString(record(asked, answer));
        LOG.info("change {}", line);
        try {
            append((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.error("the audit log cannot be written: {}", e.toString());
        }
    }

    private ObjectNode record(Asked asked, Answer answer) {
        ObjectNode record = JSON.createObjectNode();
        record.put("time", clock.instant().toString());
        record.put("from", asked.from());
        if (!asked.user().isEmpty()) record.put("user", cut(asked.user(), MAX_USER_CHARACTERS));
        record.put("change", asked.path());
        record.set("asked", asked(asked.body()));
        record.put("status", answer.status());
        ObjectNode result = record.putObject("result");
        answer.body().properties().forEach(field -> put(result, field.getKey(), field.getValue()));
        return record;
    }

    private static JsonNode asked(String body) {
        if (body.length() <= MAX_ASKED_CHARACTERS) {
            try {
                return JSON.readTree(body);
            } catch (RuntimeException _) {
                return JSON.getNodeFactory().stringNode(body);
            }
        }
        return JSON.getNodeFactory().stringNode(cut(body, MAX_ASKED_CHARACTERS));
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }

    /// Of a list only how long it is: there may be thousands of queues.
    private static void put(ObjectNode result, String name, JsonNode value) {
        switch (value) {
            case JsonNode list when list.isArray() -> result.put(name, list.size());
            case JsonNode text when text.isString() ->
                    result.put(name, cut(text.stringValue(), MAX_ASKED_CHARACTERS));
            default -> result.set(name, value);
        }
    }

    private void append(byte[] line) throws IOException {
        Files.createDirectories(folder, OWNER_ONLY_FOLDER);
        Path file = folder.resolve("audit.jsonl");
        if (Files.exists(file) && Files.size(file) + line.length > maxFileBytes) setAside(file);
        try (FileChannel channel = FileChannel.open(file, APPENDING, OWNER_ONLY)) {
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
    }

    private void setAside(Path file) throws IOException {
        List<Integer> numbers;
        try (Stream<Path> files = Files.list(folder)) {
            numbers =
                    files.map(path -> SET_ASIDE.matcher(path.getFileName().toString()))
                            .filter(Matcher::matches)
                            .map(name -> Integer.parseInt(name.group(1)))
                            .sorted()
                            .toList();
        }
        int next = numbers.isEmpty() ? 1 : numbers.getLast() + 1;
        Files.move(file, numbered(next));
        for (int number : numbers) {
            if (number <= next - KEPT_FILES) Files.deleteIfExists(numbered(number));
        }
    }

    private Path numbered(int number) {
        return folder.resolve("audit.%04d.jsonl".formatted(number));
    }
}
