package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.server.store.TestQueue.BANK;
import static relay.server.store.TestQueue.FILTER;
import static relay.server.store.TestQueue.NOON;
import static relay.server.store.TestQueue.mailboxes;
import static relay.server.store.TestQueue.randomBytes;
import static relay.server.store.TestQueue.text;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.ReversePath;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.DelayNotice;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.RcptParameters;
import relay.core.smtp.RcptParameters.Notify;
import relay.core.tls.MessageTls;

class RoundTripTest {
    @TempDir Path folder;

    @Test
    void aMessageComesBackAfterARestartAsItWasAccepted() {
        // Given a message of two lanes in which nothing is usual.
        QueuedMessage message;
        byte[] content = text("Received: from [IPv6:2001:db8::1]\r\n\r\n\u0000\u00e4\r\n");
        try (var queue = new TestQueue(folder)) {
            var envelope = unusualEnvelope(queue.store.newId());
            message =
                    new QueuedMessage(
                            envelope,
                            List.of(
                                    unusualEntry(envelope, 0, BANK),
                                    QueueEntry.fresh(
                                            envelope, 1, FILTER, mailboxes("x@[192.0.2.9]"))));
            queue.committed(message, content);
        }

        // When the store is opened again.
        try (var queue = new TestQueue(folder)) {
            // Then everything about it is the same.
            assertThat(queue.store.message(message.id())).isEqualTo(message.entries());
            assertThat(queue.entries(BANK)).isEqualTo(List.of(message.entries().get(0)));
            assertThat(queue.entries(FILTER)).isEqualTo(List.of(message.entries().get(1)));
            assertThat(queue.content(message.id())).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @EnumSource(Diagnostic.Reason.class)
    void everyReasonOfADiagnosticComesBack(Diagnostic.Reason reason) {
        // Given a diagnostic of that reason.
        var why =
                new Diagnostic(
                        reason,
                        new EnhancedStatus(5, 7, 999),
                        "a \"quoted\" text",
                        "mx.bank.example[192.0.2.7]:25",
                        "550 5.1.1 nobody \\ here / 2nd line",
                        List.of("encryption (domain bank.example)", "a trusted certificate"));

        // When it is written and read.
        var read = DiagnosticJson.parse(DiagnosticJson.of(List.of(why)));

        // Then it is the same.
        assertThat(read).containsExactly(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "info@bank.example",
                "\"a b\"@bank.example",
                "\"a@b\\\"c\"@bank.example",
                "j\u00f6rg@xn--bcher-kva.example",
                "tab\there@bank.example",
                "line\r\nend@bank.example",
                "back\\nslash@bank.example",
                "x@[IPv6:2001:db8:0:0:0:0:0:1]"
            })
    void everyMailboxComesBack(String address) {
        // Given recipients of which one is unusual.
        var recipients = mailboxes("first@bank.example", address, "last@bank.example");

        // When they are written and read; then they are the same.
        assertThat(RecipientText.parse(RecipientText.of(recipients))).isEqualTo(recipients);
        assertThat(RecipientText.of(recipients).lines()).hasSize(3);
    }

    @Test
    void aRecipientWithFieldsOfALaterVersionIsRead() {
        assertThat(RecipientText.parse("a@bank.example\tNOTIFY=NEVER\nb@bank.example"))
                .isEqualTo(mailboxes("a@bank.example", "b@bank.example"));
    }

    @Test
    void theNullSenderComesBack() {
        // Given a notice, which has no sender.
        try (var queue = new TestQueue(folder)) {
            var envelope =
                    new Envelope(
                            queue.store.newId(),
                            new ReversePath.Null(),
                            EnumSet.noneOf(Need.class),
                            10,
                            NOON,
                            Envelope.OWN_NOTICE,
                            InetAddress.ofLiteral("127.0.0.1"));
            var entry = QueueEntry.fresh(envelope, 0, BANK, mailboxes("info@bank.example"));

            // When it is stored; then its sender is still the null path.
            queue.committed(new QueuedMessage(envelope, List.of(entry)));
            assertThat(queue.entries(BANK)).containsExactly(entry);
        }
    }

    @Test
    void mailThatSaysSomethingElseOfTlsIsInALaneOfItsOwn() {
        // Given mail for one domain that says each thing there is to say.
        try (var queue = new TestQueue(folder)) {
            for (MessageTls wish : MessageTls.values()) {
                var envelope = TestQueue.envelope(queue.store.newId(), NOON).saying(wish);
                var entry =
                        QueueEntry.fresh(
                                envelope,
                                0,
                                BANK.forMessages(wish),
                                mailboxes("info@bank.example"));
                queue.committed(new QueuedMessage(envelope, List.of(entry)));
            }
        }

        // When the store is opened again; then each is where it was, and says what it said.
        try (var queue = new TestQueue(folder)) {
            assertThat(queue.store.census()).hasSize(3);
            for (MessageTls wish : MessageTls.values()) {
                assertThat(queue.entries(BANK.forMessages(wish)))
                        .extracting(entry -> entry.envelope().messageTls())
                        .containsExactly(wish);
                assertThat(queue.store.entries(BANK.forMessages(wish), 10)).hasSize(1);
            }
        }
    }

    @Test
    void aLaneRecordComesBackAfterARestart() {
        // Given a lane in trouble, one that is suspended, and one that is well and empty.
        var troubled =
                new LaneRecord(
                        BANK,
                        LaneRecord.Suspension.NONE,
                        3,
                        NOON.plusSeconds(60),
                        List.of(TestQueue.trouble("certificate expired")));
        var suspended =
                new LaneRecord(
                        FILTER, LaneRecord.Suspension.SUSPENDED, 0, Instant.EPOCH, List.of());
        try (var queue = new TestQueue(folder)) {
            queue.store.change(new QueueChange.RecordLane(suspended));
            queue.store.change(new QueueChange.RecordLane(LaneRecord.well(BANK)));
            queue.store.change(new QueueChange.RecordLane(troubled));
            queue.store.change(
                    new QueueChange.RecordLane(
                            LaneRecord.well(new Lane("bank", "idle.example", ""))));
        }

        // When the store is opened again.
        try (var queue = new TestQueue(folder)) {
            // Then the first two are as they were, and the third is not worth keeping.
            assertThat(queue.store.census())
                    .extracting(LaneCensus::record)
                    .containsExactly(troubled, suspended);
            assertThat(queue.store.census().getFirst().oldest()).isEqualTo(Instant.MAX);
            assertThat(queue.store.census().getFirst().nextAttempt()).isEqualTo(Instant.MAX);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 65_535, 65_536, 65_537, 200_000, 262_144, 262_145, 3_000_001})
    void aContentOfAnySizeComesBack(int bytes) {
        // Given a content that is stored in one piece, in chunks, or while it comes in.
        byte[] content = randomBytes(bytes, bytes);
        QueuedMessage message;
        try (var queue = new TestQueue(folder)) {
            message = queue.committed(queue.message(), content);
            assertThat(queue.content(message.id())).isEqualTo(content);
        }

        // When it is read from the disk.
        try (var queue = new TestQueue(folder)) {
            assertThat(queue.store.inMemory(message.id())).isEmpty();

            // Then it is the same.
            assertThat(queue.content(message.id())).isEqualTo(content);
        }
    }

    private static Envelope unusualEnvelope(QueueId id) {
        var plain =
                new Envelope(
                        id,
                        new ReversePath.Sender(TestQueue.mailbox("\"odd @\\\\ one\"@example.net")),
                        EnumSet.allOf(Need.class),
                        5_000_000_000L,
                        NOON,
                        "internal, the \"old\" one",
                        InetAddress.ofLiteral("2001:db8::1"));
        return plain.saying(MessageTls.REQUIRED)
                .asking(
                        new NoticeRequest(
                                Returned.HEADER,
                                "QQ+2B314159",
                                Map.of(
                                        TestQueue.mailbox("\"q q\"@bank.example"),
                                        new RcptParameters(
                                                Set.of(Notify.SUCCESS, Notify.DELAY),
                                                "rfc822;q+20q@bank.example"),
                                        TestQueue.mailbox("j\u00f6rg@bank.example"),
                                        new RcptParameters(Set.of(Notify.NEVER), ""))));
    }

    private static QueueEntry unusualEntry(Envelope envelope, int index, Lane lane) {
        return new QueueEntry(
                new EntryId(envelope.id(), index),
                envelope,
                lane,
                mailboxes("a@bank.example", "j\u00f6rg@bank.example", "\"q q\"@bank.example"),
                EntryStatus.HELD,
                7,
                NOON.plusSeconds(3600),
                List.of(TestQueue.trouble("no TLS")),
                DelayNotice.SENT);
    }
}
