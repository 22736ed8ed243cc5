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
import relay.core.queue.LaneRecord;
import relay.core.queue.NoticeRequest;
import relay.core.routing.Lane;
import relay.core.tls.MessageTls;

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

    @Test
    void redirectedMailInAQueueOfVersion2StaysWithItsConnector() throws Exception {
        // Given a file of version 2, with redirected mail.
        write("queue-version-1.sql");
        change(
                "ALTER TABLE entry ADD COLUMN notice_request TEXT",
                "UPDATE lane SET next_hop = 'redirected:bank.example', suspended = 1",
                "PRAGMA user_version = 2");

        // When this relay opens it; then its mail is there still, and says nothing of TLS.
        var redirected = new Lane("bank", "bank.example", "", Lane.Choice.BY_OPERATOR);
        try (var queue = new TestQueue(folder)) {
            assertThat(queue.entries(redirected))
                    .extracting(entry -> entry.envelope().messageTls())
                    .containsExactly(MessageTls.BY_POLICY);
            LaneRecord record = queue.store.lanes().getFirst().record();
            assertThat(record.lane()).isEqualTo(redirected);
            assertThat(record.suspension()).isEqualTo(LaneRecord.Suspension.SUSPENDED);
        }
    }

    private void write(String script) throws Exception {
        String text =
                Files.readString(
                        Path.of("src/test/resources/store", script), StandardCharsets.UTF_8);
        change(text.strip().split(";\n", -1));
    }

    private void change(String... commands) throws Exception {
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(Schema.FILE));
                var statement = connection.createStatement()) {
            for (String command : commands) statement.execute(command);
        }
    }
}
