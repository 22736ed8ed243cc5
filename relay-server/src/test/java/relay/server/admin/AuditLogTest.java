package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import relay.server.testing.Samples;
import tools.jackson.databind.JsonNode;

class AuditLogTest extends AdminFixture {
    @Test
    void aChangeIsWrittenDownWithWhoWhatAndWhatCameOfIt() throws Exception {
        // Given mail for the bank, when it is held, and an id is named that is not there.
        fill();
        post("/api/v1/messages/hold", "{\"connector\":\"bank\"}");
        post("/api/v1/messages/remove", "{\"ids\":[\"nowhere\"],\"notice\":false}");

        // Then both are on record.
        List<JsonNode> records = records();
        assertThat(records).hasSize(2);
        assertThat(records.getFirst().toString())
                .isEqualTo(
                        "{\"time\":\"2026-11-23T15:00:00Z\",\"from\":\"127.0.0.1\","
                                + "\"user\":\"alice\",\"change\":\"/api/v1/messages/hold\","
                                + "\"asked\":{\"connector\":\"bank\"},\"status\":200,"
                                + "\"result\":{\"messages\":1,\"underWay\":0,\"leftAlone\":0,"
                                + "\"queues\":1}}");
        assertThat(records.getLast().path("status").asInt()).isEqualTo(404);
        assertThat(records.getLast().path("result").path("error").asString())
                .isEqualTo("not in the queue: nowhere");
    }

    @Test
    void readingIsNotWrittenDown() throws Exception {
        fill();
        get("/api/v1/queues");
        assertThat(file()).doesNotExist();
    }

    @Test
    void aBodyThatIsNoJsonOrVeryLongIsWrittenDownAsBoundedText() throws Exception {
        // Given two bodies that nobody can read, when they are sent.
        post("{\"all\":");
        post("[\"" + "x".repeat(50_000) + "\"]");

        // Then their beginnings are on record, a line each.
        assertThat(records())
                .extracting(record -> record.path("asked").asString().length())
                .containsExactly(7, AuditLog.MAX_ASKED_CHARACTERS + 1);
    }

    @Test
    void theLogIsForTheOwnerAlone() throws Exception {
        post("{\"all\":true}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void theOldestRecordsMakeRoomForTheNewest() throws IOException {
        // Given a log whose files hold a record or two, when many are written.
        var log = new AuditLog(data, 300, () -> Samples.NOON);
        for (int i = 0; i < 40; i++) {
            log.write(
                    new AuditLog.Asked("/change/" + i, "127.0.0.1", "", "{}"),
                    Answer.ok(QueueJson.object()));
        }

        // Then there are as many files as are kept, each within its bound, and the last is there.
        List<Path> files;
        try (Stream<Path> all = Files.list(file().getParent())) {
            files = all.sorted().toList();
        }
        assertThat(files).hasSize(AuditLog.KEPT_FILES + 1);
        assertThat(files).allMatch(file -> file.toFile().length() <= 300);
        assertThat(Files.readString(file())).contains("/change/39");
    }

    @Test
    void aChangeIsMadeAlsoWhereItCannotBeWrittenDown() throws Exception {
        // Given a folder that cannot be made, when a change comes, then it is made.
        fill();
        Files.writeString(data.resolve("audit"), "a file");
        assertThat(post("{\"all\":true}").statusCode()).isEqualTo(200);
        assertThat(queue.retried).isNotEmpty();
    }

    private Path file() {
        return data.resolve("audit").resolve("audit.jsonl");
    }

    private List<JsonNode> records() throws IOException {
        return Files.readAllLines(file()).stream().map(JSON::readTree).toList();
    }
}
