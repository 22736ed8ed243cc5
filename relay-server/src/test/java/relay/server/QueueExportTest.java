package relay.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.QueueEntry;
import relay.server.admin.AdminServer;
import relay.server.admin.AdminSources;
import relay.server.cli.Actions;
import relay.server.cli.RelayCommandLine;
import relay.server.cli.Terminal;
import relay.server.testing.CapturedTerminal;
import relay.server.testing.FakeQueue;
import relay.server.testing.FakeSts;
import relay.server.testing.Samples;

/// `relay queue export` and `backup` with the admin port.
@Timeout(60)
class QueueExportTest {
    @TempDir Path data;
    @TempDir Path folder;

    private final FakeQueue queue = new FakeQueue();
    private final CapturedTerminal printed = new CapturedTerminal();
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server =
                AdminServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new AdminSources(
                                queue.control(),
                                queue.view(),
                                new FakeSts(),
                                Samples::policy,
                                List::of,
                                () -> "",
                                "text/plain",
                                List.of(),
                                data,
                                queue.contents(),
                                this::backUp,
                                () -> Samples.NOON));
        queue.add(
                Samples.BANK, 2, Samples.NOON, Samples.NOON.plusSeconds(60), Samples.unmetDemand());
        var bob = Samples.mailbox("bob", "bank.example");
        queue.entries.add(Samples.entry(1, Samples.BANK, bob));
        queue.entries.add(
                Samples.entry(2, Samples.BANK, bob, Samples.mailbox("carol", "bank.example")));
    }

    private long backUp(Path file) throws IOException {
        Files.writeString(Files.createFile(file), "a copy");
        return 6;
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void oneMessageGoesToStandardOutputAsItIsBehindItsEnvelope() {
        // Given a message with two recipients and eight-bit octets, when it is exported.
        String id = id(1);
        assertThat(run("queue", "export", id)).isZero();

        // Then every octet is there.
        assertThat(new String(printed.raw(), ISO_8859_1))
                .isEqualTo(
                        "X-Sender: <alice@sender.example>\r\n"
                                + "X-Receiver: <bob@bank.example>\r\n"
                                + "X-Receiver: <carol@bank.example>\r\n"
                                + "Subject: "
                                + id
                                + "\r\n\r\n\u00e9\r\n");
    }

    @Test
    void severalGoToFilesForTheOwnerAloneAndNeverOverOthers() throws IOException {
        // Given two messages, when they are exported without a folder, then that is wrong usage.
        assertThat(run("queue", "export", "--connector", "bank")).isEqualTo(2);
        assertThat(printed.raw()).isEmpty();

        // When a folder is named, in which one is there already.
        Path there = Files.writeString(folder.resolve(id(0) + ".eml"), "mine");
        int status = run("queue", "export", "--all", "--to", folder.toString());

        // Then the other is written, and that one left as it is.
        Path written = folder.resolve(id(1) + ".eml");
        assertThat(status).isEqualTo(1);
        assertThat(printed.err()).contains(there + " is there already");
        assertThat(Files.readString(there)).isEqualTo("mine");
        assertThat(Files.readString(written, ISO_8859_1)).contains("X-Receiver: <carol@");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(written)))
                .isEqualTo("rw-------");
        assertThat(printed.out()).isEqualTo(written + "\n");
    }

    @Test
    void aContentThatCannotBeReadLeavesNoFile() {
        queue.lost.add(queue.entries.getFirst().id().message());
        assertThat(run("queue", "export", id(0), "--to", folder.toString())).isEqualTo(1);
        assertThat(printed.err()).contains("gone");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsWrittenInAMessageIsForWhoeverHasTheTokenAndIsWrittenDown() throws IOException {
        // Given a user who cannot read the token, when a message is exported.
        int status = run(data.resolve("none"), "queue", "export", id(0));

        // Then nothing is told; and to whom it is told stands in the audit log.
        assertThat(status).isEqualTo(1);
        assertThat(printed.raw()).isEmpty();
        assertThat(run("queue", "export", id(0))).isZero();
        assertThat(Files.readAllLines(data.resolve("audit/audit.jsonl")))
                .singleElement()
                .asString()
                .contains("/api/v1/messages/" + id(0) + "/content");
    }

    @Test
    void aBackupIsANewFile() {
        // Given a place for it, when a backup is ordered twice.
        Path file = folder.resolve("queue.db");
        assertThat(run("queue", "backup", file.toString())).isZero();
        assertThat(printed.out()).isEqualTo(file + ": 6 B\n");

        // Then the second is refused.
        assertThat(run("queue", "backup", file.toString())).isEqualTo(1);
        assertThat(printed.err()).contains("there is a file already: " + file);
    }

    private String id(int number) {
        QueueEntry entry = queue.entries.get(number);
        return entry.id().message().toString();
    }

    private int run(String... arguments) {
        return run(data.resolve("admin-token"), arguments);
    }

    private int run(Path tokenFile, String... arguments) {
        var actions =
                new Actions(
                        _ -> List.of(),
                        _ -> List.of(),
                        (_, _, _) -> new Actions.CheckedQueue.Sound(),
                        (_, _, _, _) -> new Actions.Explanation.BadQuestion(""),
                        _ -> new Actions.AdminPlace.At(server.address(), tokenFile),
                        (_, _, _, _) -> new Actions.Tracked.Complete(),
                        (_, _) -> new Actions.Verified.BadDomain(""),
                        _ -> List.of(),
                        "1");
        return new RelayCommandLine(
                        actions, printed.terminal(Terminal.UNLIMITED), () -> Samples.NOON)
                .run(arguments);
    }
}
