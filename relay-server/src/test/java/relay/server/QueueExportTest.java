package relay.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.QueueEntry;
import relay.server.testing.FakeQueue;
import relay.server.testing.RunningAdmin;
import relay.server.testing.Samples;

/// `relay queue export` and `backup` with the admin port.
@Timeout(60)
class QueueExportTest {
    @TempDir Path data;
    @TempDir Path folder;

    private RunningAdmin admin;
    private FakeQueue queue;

    @BeforeEach
    void start() throws IOException {
        admin = RunningAdmin.start(data, Samples.NOON);
        queue = admin.queue;
        queue.add(
                Samples.BANK, 2, Samples.NOON, Samples.NOON.plusSeconds(60), Samples.unmetDemand());
        var bob = Samples.mailbox("bob", "bank.example");
        queue.entries.add(Samples.entry(1, Samples.BANK, bob));
        queue.entries.add(
                Samples.entry(2, Samples.BANK, bob, Samples.mailbox("carol", "bank.example")));
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    @Test
    void oneMessageGoesToStandardOutputAsItIsBehindItsEnvelope() {
        // Given a message with two recipients and eight-bit octets, when it is exported.
        String id = id(1);
        assertThat(admin.run("queue", "export", id)).isZero();

        // Then every octet is there.
        assertThat(new String(admin.printed.raw(), ISO_8859_1))
                .isEqualTo(
                        "X-Sender: <alice@sender.example>\r\n"
                                + "X-Receiver: <bob@bank.example>\r\n"
                                + "X-Receiver: <carol@bank.example>\r\n"
                                + "X-ReceiveConnector: internal\r\n"
                                + "Subject: "
                                + id
                                + "\r\n\r\n\u00e9\r\n");
    }

    @Test
    void severalGoToFilesForTheOwnerAloneAndNeverOverOthers() throws IOException {
        // Given two messages, when they are exported without a folder, then that is wrong usage.
        assertThat(admin.run("queue", "export", "--connector", "bank")).isEqualTo(2);
        assertThat(admin.printed.raw()).isEmpty();

        // When a folder is named, in which one is there already.
        Path there = Files.writeString(folder.resolve(id(0) + ".eml"), "mine");
        int status = admin.run("queue", "export", "--all", "--to", folder.toString());

        // Then the other is written, and that one left as it is.
        Path written = folder.resolve(id(1) + ".eml");
        assertThat(status).isEqualTo(1);
        assertThat(admin.printed.err()).contains(there + " is there already");
        assertThat(Files.readString(there)).isEqualTo("mine");
        assertThat(Files.readString(written, ISO_8859_1)).contains("X-Receiver: <carol@");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(written)))
                .isEqualTo("rw-------");
        assertThat(admin.printed.out()).isEqualTo(written + "\n");
    }

    @Test
    void aContentThatCannotBeReadLeavesNoFile() {
        queue.lost.add(queue.entries.getFirst().id().message());
        assertThat(admin.run("queue", "export", id(0), "--to", folder.toString())).isEqualTo(1);
        assertThat(admin.printed.err()).contains("gone");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsWrittenInAMessageIsForWhoeverHasTheTokenAndIsWrittenDown() throws IOException {
        // Given a user who cannot read the token, when a message is exported.
        int status = admin.runWithToken(data.resolve("none"), "queue", "export", id(0));

        // Then nothing is told; and to whom it is told stands in the audit log.
        assertThat(status).isEqualTo(1);
        assertThat(admin.printed.raw()).isEmpty();
        assertThat(admin.run("queue", "export", id(0))).isZero();
        assertThat(Files.readAllLines(data.resolve("audit/audit.jsonl")))
                .singleElement()
                .asString()
                .contains("/api/v1/messages/" + id(0) + "/content");
    }

    @Test
    void aBackupIsANewFile() {
        // Given a place for it, when a backup is ordered twice.
        Path file = folder.resolve("queue.db");
        assertThat(admin.run("queue", "backup", file.toString())).isZero();
        assertThat(admin.printed.out()).isEqualTo(file + ": 6 B\n");

        // Then the second is refused.
        assertThat(admin.run("queue", "backup", file.toString())).isEqualTo(1);
        assertThat(admin.printed.err()).contains("there is a file already: " + file);
    }

    private String id(int number) {
        QueueEntry entry = queue.entries.get(number);
        return entry.id().message().toString();
    }
}
