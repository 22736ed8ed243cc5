package relay.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.ReversePath;
import relay.core.event.RelayEvent;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.RcptParameters;
import relay.core.smtp.RcptParameters.Notify;
import relay.core.tls.MessageTls;
import relay.server.admin.AdminSources;
import relay.server.store.SqliteStore;
import relay.server.store.StoreLimits;
import relay.server.testing.FakeQueue;
import relay.server.testing.FakeSts;
import relay.server.testing.RunningAdmin;
import relay.server.testing.Samples;

/// `relay queue export` and `replay`, with the queue on disk between them.
@Timeout(60)
class ReplayDeskTest {
    private static final byte[] CONTENT =
            ("Received: from x\r\nSubject: \u00e9\r\n\r\n.\r\n..\r\nX-Sender: <no@one.example>\r\n"
                            + "no line end")
                    .getBytes(UTF_8);

    @TempDir Path data;
    @TempDir Path folder;

    private final BlockingQueue<QueuedMessage> accepted = new LinkedBlockingQueue<>();
    private final List<RelayEvent> events = new CopyOnWriteArrayList<>();
    private SqliteStore store;
    private RunningAdmin admin;

    @BeforeEach
    void start() throws IOException {
        store =
                SqliteStore.open(
                        data,
                        StoreLimits.DEFAULT,
                        () -> Samples.NOON,
                        accepted::addAll,
                        events::add);
        var desk = new ReplayDesk(store, Samples::policy, events::add, () -> Samples.NOON);
        AdminSources fakes =
                RunningAdmin.sources(data, new FakeQueue(), new FakeSts(), () -> Samples.NOON);
        admin =
                RunningAdmin.start(
                        data,
                        Samples.NOON,
                        new AdminSources(
                                fakes.control(),
                                store,
                                fakes.sts(),
                                fakes.policy(),
                                fakes.readiness(),
                                fakes.metrics(),
                                fakes.metricsContentType(),
                                fakes.ownNames(),
                                data,
                                store,
                                fakes.backup(),
                                desk,
                                fakes.clock()));
    }

    @AfterEach
    void stop() {
        admin.close();
        store.close();
    }

    @Test
    void whatWasExportedComesBackOctetByOctetWithItsEnvelopeAndItsDemand() throws Exception {
        // Given a message with everything that an envelope can hold, exported.
        QueuedMessage first = queued(envelope());
        Path file = export(first);

        // When it is replayed.
        assertThat(admin.run("queue", "replay", file.toString())).isZero();

        // Then it is on disk as a new message, and exports as the same octets.
        QueuedMessage second = accepted.take();
        assertThat(admin.printed.out()).endsWith(file + ": queued as " + second.id() + "\n");
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.envelope().messageTls()).isEqualTo(MessageTls.REQUIRED);
        assertThat(second.envelope().needs()).isEqualTo(first.envelope().needs());
        assertThat(second.envelope().noticeRequest()).isEqualTo(first.envelope().noticeRequest());
        Path again = export(second);
        Path taken = folder.resolve(first.id() + ".eml.replayed");
        assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(taken));
        assertThat(new String(Files.readAllBytes(again), ISO_8859_1))
                .endsWith(new String(CONTENT, ISO_8859_1));

        // And the records name the file.
        assertThat(events).contains(new RelayEvent.Replayed(second, file.getFileName().toString()));
        assertThat(Files.readString(data.resolve("audit/audit.jsonl")))
                .contains("\"asked\":{\"file\":\"" + file.getFileName() + "\"}")
                .contains("\"message\":\"" + second.id() + "\"")
                .doesNotContain("Subject");
    }

    @Test
    void theSameOrderAgainTakesNothingTwice() throws Exception {
        // Given two exported files, one of them damaged.
        Path good = export(queued(envelope()));
        Path bad = Files.writeString(folder.resolve("bad.eml"), "Subject: no envelope\r\n\r\n");
        String[] order = {"queue", "replay", bad.toString(), good.toString()};

        // When they are replayed twice, then the good one is taken once, and both times said so.
        assertThat(admin.run(order)).isEqualTo(1);
        assertThat(admin.printed.err())
                .contains("bad.eml: not an exported message: it begins with one X-Sender line");
        assertThat(admin.run(order)).isEqualTo(1);
        assertThat(admin.printed.err()).contains(good + ": there is no such file");
        assertThat(accepted).hasSize(1);
        assertThat(bad).exists();
    }

    @Test
    void aFileThatBreaksOffLeavesNothing() {
        // Given a client that ends in the midst of a file.
        var desk = new ReplayDesk(store, Samples::policy, events::add, () -> Samples.NOON);
        byte[] begun = "X-Sender: <>\r\nX-Receiver: <a@bank.example>\r\nSub".getBytes(UTF_8);
        var broken =
                new FilterInputStream(new ByteArrayInputStream(begun)) {
                    @Override
                    public int read(byte[] octets, int from, int length) throws IOException {
                        int read = super.read(octets, from, length);
                        if (read < 0) throw new IOException("cut");
                        return read;
                    }
                };

        // Then that is said, and nothing is queued.
        assertThat(catchThrowable(() -> desk.take(broken, "x.eml"))).hasMessage("cut");
        assertThat(accepted).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void alsoMoreThanTheAdminPortTakesElseAndWithoutTheTokenNothing() throws Exception {
        // Given a message of 3 MB in a file.
        var large = "X-Sender: <>\r\nX-Receiver: <a@bank.example>\r\nA: b\r\n\r\n" + line(40_000);
        Path file = Files.writeString(folder.resolve("large.eml"), large);

        // When it comes without the token, then nothing happens.
        Path none = data.resolve("none");
        assertThat(admin.runWithToken(none, "queue", "replay", file.toString())).isEqualTo(1);
        assertThat(admin.printed.err()).contains("the relay wants the token of " + none);
        assertThat(accepted).isEmpty();

        // With it, it is taken.
        assertThat(admin.run("queue", "replay", file.toString())).as(admin.printed.err()).isZero();
        assertThat(accepted.take().envelope().sizeBytes()).isEqualTo(8 + line(40_000).length());
    }

    private static String line(int times) {
        return ("0123456789".repeat(7) + "\r\n").repeat(times);
    }

    private Path export(QueuedMessage message) {
        String id = message.id().toString();
        int status = admin.run("queue", "export", id, "--to", folder.toString());
        assertThat(status).as(admin.printed.err()).isZero();
        return folder.resolve(id + ".eml");
    }

    private Envelope envelope() {
        var wishes =
                Map.of(
                        Samples.mailbox("bob", "bank.example"),
                        new RcptParameters(Set.of(Notify.SUCCESS), "rfc822;b@bank.example"));
        return new Envelope(
                store.newId(),
                new ReversePath.Sender(Samples.mailbox("alice", "sender.example")),
                Set.of(Need.EIGHT_BIT_MIME, Need.SMTP_UTF8),
                CONTENT.length,
                Samples.NOON.minusSeconds(60),
                "internal",
                InetAddress.ofLiteral("192.0.2.7"),
                new NoticeRequest(Returned.FULL, "QQ+2B1", wishes),
                MessageTls.REQUIRED);
    }

    private QueuedMessage queued(Envelope envelope) throws Exception {
        var to =
                List.of(
                        Samples.mailbox("bob", "bank.example"),
                        Samples.mailbox("carol", "bank.example"));
        var message =
                new QueuedMessage(
                        envelope, List.of(QueueEntry.fresh(envelope, 0, Samples.BANK, to)));
        var content = store.newContent(envelope.id());
        boolean _ = content.write(CONTENT.clone(), () -> {});
        var done = new CompletableFuture<CommitResult>();
        store.accept(message, content, done::complete);
        assertThat(done.get()).isInstanceOf(CommitResult.Committed.class);
        return accepted.take();
    }
}
