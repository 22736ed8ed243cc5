package relay.server.notice;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.ContentSource;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.routing.AddressSpace;
import relay.core.routing.DomainPattern;
import relay.core.routing.Lane;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;
import relay.core.tls.TlsRequirement;

/// What the tests here share: a message that failed, the notices about it, and a look at their
/// bytes.
abstract class NoticeTest {
    static final Instant ACCEPTED = Instant.parse("2026-11-23T10:00:00Z");
    static final Instant NOW = Instant.parse("2026-11-25T10:00:05Z");
    static final Mailbox SENDER = mailbox("clerk", "office.example");
    static final Mailbox ANNA = mailbox("anna", "partner.example");
    static final Mailbox BERT = mailbox("bert", "partner.example");
    static final String HOST = "mx.partner.example[192.0.2.7]:25";
    static final Diagnostic NO_SUCH_USER =
            Diagnostic.said(Reply.of(550, 1, 1, "No such user"), "RCPT TO", HOST);
    static final String ORIGINAL =
            """
            Received: from a.example by relay.example.net; Mon, 23 Nov 2026 10:00:00 +0000
            Subject: Invoice
             of November
            Message-ID: <1@office.example>

            Dear partner,
            the secret body
            """
                    .replace("\n", "\r\n");

    byte[] original = ORIGINAL.getBytes(StandardCharsets.UTF_8);

    enum Ascii {
        ONLY,
        SAVE_FOR_TO
    }

    /// What must hold of the bytes, whatever the notice is about.
    static void checkWire(List<Notice> notices, Ascii ascii) {
        String wire = text(notices);
        String[] lines = wire.split("\r\n", -1);
        assertThat(wire).endsWith("\r\n");
        for (String line : lines) {
            assertThat(line).doesNotContain("\r").doesNotContain("\n").doesNotContain("\0");
            assertThat(line.length()).isLessThanOrEqualTo(998);
            boolean mayBeUtf8 = ascii == Ascii.SAVE_FOR_TO && line.startsWith("To: ");
            if (!mayBeUtf8) assertThat(line.chars().allMatch(c -> c < 0x80)).as(line).isTrue();
        }
        String boundary = Stream.of(lines).filter(line -> line.startsWith("--")).findFirst().get();
        assertThat(Stream.of(lines).filter(boundary::equals)).hasSize(3);
        assertThat(Stream.of(lines).filter(line -> line.equals(boundary + "--"))).hasSize(1);
    }

    static String text(List<Notice> notices) {
        ByteBuffer content = notices.getFirst().content().duplicate();
        return StandardCharsets.UTF_8.decode(content).toString();
    }

    static MimeMessage parsed(List<Notice> notices) throws Exception {
        ByteBuffer content = notices.getFirst().content().duplicate();
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return new MimeMessage(
                Session.getInstance(new Properties()), new ByteArrayInputStream(bytes));
    }

    static MimeMultipart multipart(MimeMessage message) throws Exception {
        return (MimeMultipart) message.getContent();
    }

    static String part(MimeMessage message, int index) throws Exception {
        BodyPart part = multipart(message).getBodyPart(index);
        return new String(part.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    static List<String> types(MimeMessage message) throws Exception {
        var types = new ArrayList<String>();
        for (int i = 0; i < multipart(message).getCount(); i++) {
            types.add(multipart(message).getBodyPart(i).getContentType());
        }
        return types;
    }

    List<Notice> failure(Mailbox sender, Map<Mailbox, Diagnostic> failed) {
        return notices().failure(entry(sender, Set.of()), failed, policy(), NOW);
    }

    Notices notices() {
        ContentSource contents =
                new Original(() ->
                        new ContentSource.Reading() {
                            private int from;

                            @Override
                            public byte[] next() {
                                // Small pieces, so that lines are cut in the middle.
                                int to = Math.min(from + 7_001, original.length);
                                byte[] piece = Arrays.copyOfRange(original, from, to);
                                from = to;
                                return piece;
                            }

                            @Override
                            public void close() {}
                        });
        return new Notices(new Domain("relay.example.net"), () -> new QueueId(74), contents);
    }

    record Original(java.util.function.Supplier<Reading> opening) implements ContentSource {
        @Override
        public Reading open(QueueId id) {
            return opening.get();
        }

        @Override
        public byte[] inMemory(QueueId id) {
            return new byte[0];
        }
    }

    static QueueEntry entry(Mailbox sender, Set<Need> needs) {
        Envelope envelope = envelope(new ReversePath.Sender(sender), needs);
        return QueueEntry.fresh(envelope, 0, lane("partner.example"), List.of(ANNA, BERT));
    }

    static Envelope envelope(ReversePath sender, Set<Need> needs) {
        return new Envelope(
                new QueueId(42),
                sender,
                needs,
                1000,
                ACCEPTED,
                "internal",
                InetAddress.getLoopbackAddress());
    }

    /// An entry whose sender said what it wants to be told.
    static QueueEntry asking(NoticeRequest request) {
        Envelope asking = envelope(new ReversePath.Sender(SENDER), Set.of()).asking(request);
        return QueueEntry.fresh(asking, 0, lane("partner.example"), List.of(ANNA, BERT));
    }

    static Lane lane(String domain) {
        return new Lane("internet", domain, "");
    }

    static Mailbox mailbox(String localPart, String domain) {
        return new Mailbox(localPart, new Domain(domain));
    }

    static Diagnostic local(int statusClass, int subject, int detail, String text) {
        return Diagnostic.of(
                Reason.DNS, new EnhancedStatus(statusClass, subject, detail), text, "");
    }

    static PolicyTable policy() {
        var connector =
                new SendConnector(
                        "internet",
                        new Origin("connectors.yaml", 1),
                        SendConnector.Enabled.YES,
                        List.of(new AddressSpace(new DomainPattern.Any(), 1)),
                        List.of(),
                        List.of(),
                        new TlsRequirement.None(),
                        SendConnector.PlaintextFallback.ALLOWED,
                        SendConnector.OnTlsFailure.QUEUE,
                        36L << 20,
                        RetrySchedule.DEFAULT);
        return new PolicyTable(List.of(connector), List.of());
    }
}
