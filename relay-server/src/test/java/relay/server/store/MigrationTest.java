package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.server.store.TestQueue.BANK;
import static relay.server.store.TestQueue.mailboxes;
import static relay.server.store.TestQueue.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.Envelope.Need;
import relay.core.queue.NoticeRequest;

/// Queues that an older relay left behind.
class MigrationTest {
    @TempDir Path folder;

    @Test
    void mailInAQueueOfVersion1GoesOn() throws Exception {
        // Given a file of version 1.
        write("queue-version-1.sql");

        // When this relay opens it, twice.
        for (int i = 0; i < 2; i++) {
            try (var queue = new TestQueue(folder)) {
                // Then its message is there as it was, and its sender asked for nothing.
                var entry = queue.entries(BANK).getFirst();
                assertThat(entry.recipients())
                        .isEqualTo(mailboxes("anna@bank.example", "bert@bank.example"));
                assertThat(entry.attempts()).isEqualTo(3);
                assertThat(entry.envelope().needs()).isEqualTo(Set.of(Need.EIGHT_BIT_MIME));
                assertThat(entry.envelope().acceptedAt())
                        .isEqualTo(Instant.parse("2025-11-26T12:00:00.123Z"));
                assertThat(entry.envelope().noticeRequest()).isEqualTo(NoticeRequest.NONE);
                assertThat(queue.content(entry.id().message()))
                        .isEqualTo(text("Subject: old\r\n\r\nText\r\n"));
                assertThat(queue.events).isEmpty();

                // And new mail has a later id.
                assertThat(queue.store.newId().value()).isGreaterThan(entry.id().message().value());
            }
        }
    }

    private void write(String script) throws Exception {
        String text =
                Files.readString(
                        Path.of("src/test/resources/store", script), StandardCharsets.UTF_8);
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(Schema.FILE));
                var statement = connection.createStatement()) {
            for (String command : text.strip().split(";\n", -1)) statement.execute(command);
        }
    }
}
