package relay.server.notice;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.ContentSource;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
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
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsRequirement;
import relay.core.tls.Unmet;
import relay.core.tls.Unmet.Shortfall;

class NoticesTest {
    private static final Instant ACCEPTED = Instant.parse("2026-11-23T10:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-25T10:00:05Z");
    private static final Mailbox SENDER = mailbox("clerk", "office.example");
    private static final Mailbox ANNA = mailbox("anna", "partner.example");
    private static final Mailbox BERT = mailbox("bert", "partner.example");
    private static final String HOST = "mx.partner.example[192.0.2.7]:25";
    private static final Diagnostic NO_SUCH_USER =
            Diagnostic.said(Reply.of(550, 1, 1, "No such user"), "RCPT TO", HOST);
    private static final String ORIGINAL =
            """
            Received: from a.example by relay.example.net; Mon, 23 Nov 2026 10:00:00 +0000
            Subject: Invoice
             of November
            Message-ID: <1@office.example>

            Dear partner,
            the secret body
            """
                    .replace("\n", "\r\n");

    private byte[] original = ORIGINAL.getBytes(StandardCharsets.UTF_8);

    @Test
    void aFailureIsAReportOfThreeParts() throws Exception {
        // Given a recipient that a host refused.
        MimeMessage message = parsed(failure(SENDER, Map.of(ANNA, NO_SUCH_USER)));

        // Then the header is that of a notice (RFC 3464 §2, RFC 3834 §5).
        assertThat(message.getHeader("From"))
                .containsExactly("Mail Delivery System <postmaster@relay.example.net>");
        assertThat(message.getHeader("To")).containsExactly("<clerk@office.example>");
        assertThat(message.getHeader("Auto-Submitted")).containsExactly("auto-replied");
        assertThat(message.getHeader("Message-ID")).containsExactly("<2A.dsn@relay.example.net>");
        assertThat(message.getHeader("Date")).containsExactly("Wed, 25 Nov 2026 10:00:05 +0000");
        assertThat(message.getHeader("MIME-Version")).containsExactly("1.0");
        assertThat(message.getContentType())
                .startsWith("multipart/report; report-type=delivery-status;");

        // And the three parts are those of RFC 6522 §3.
        assertThat(types(message))
                .containsExactly(
                        "text/plain; charset=us-ascii",
                        "message/delivery-status",
                        "text/rfc822-headers");
    }

    @Test
    void theStatusTellsMachinesEverything() throws Exception {
        // When a recipient failed.
        MimeMessage message = parsed(failure(SENDER, Map.of(ANNA, NO_SUCH_USER)));

        // Then the fields are these, byte for byte (RFC 3464 §2.2, §2.3).
        assertThat(part(message, 1))
                .isEqualTo(
                        """
                        Reporting-MTA: dns; relay.example.net
                        X-Relay-Queue-ID: 1A
                        Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0000

                        Final-Recipient: rfc822; anna@partner.example
                        Action: failed
                        Status: 5.1.1
                        Remote-MTA: dns; mx.partner.example
                        Diagnostic-Code: smtp; 550 5.1.1 No such user
                        Last-Attempt-Date: Wed, 25 Nov 2026 10:00:05 +0000
                        """
                                .replace("\n", "\r\n"));
    }

    @Test
    void theHeaderOfTheOriginalComesBackAndNotItsBody() throws Exception {
        MimeMessage message = parsed(failure(SENDER, Map.of(ANNA, NO_SUCH_USER)));
        String header = ORIGINAL.substring(0, ORIGINAL.indexOf("\r\n\r\n") + 2);
        assertThat(part(message, 2)).isEqualTo(header);
        assertThat(text(failure(SENDER, Map.of(ANNA, NO_SUCH_USER)))).doesNotContain("secret");
    }

    @Test
    void oneNoticeTellsOfAllRecipientsEachWithItsReason() throws Exception {
        // Given two recipients with one reason, and a third with another.
        var failed = new LinkedHashMap<Mailbox, Diagnostic>();
        Mailbox carl = mailbox("carl", "gone.example");
        failed.put(ANNA, NO_SUCH_USER);
        failed.put(carl, local(5, 1, 2, "the domain gone.example does not exist"));
        failed.put(BERT, NO_SUCH_USER);

        // When they have failed.
        MimeMessage message = parsed(failure(SENDER, failed));

        // Then people see those of one reason together, and machines a group for each.
        assertThat(part(message, 0))
                .contains("anna@partner.example\r\nbert@partner.example\r\n    Reason: ")
                .contains(
                        "carl@gone.example\r\n    Reason: the domain gone.example does not exist");
        assertThat(part(message, 1).split("Final-Recipient: ", -1)).hasSize(4);
        assertThat(part(message, 1))
                .contains("Diagnostic-Code: x-relay; the domain gone.example does not exist\r\n");
    }

    @Test
    void aDelaySaysHowLongItWillBeTried() throws Exception {
        // Given a host that said 5yz to us, which defers the message all the same.
        var why = Diagnostic.said(Reply.of(554, 7, 1, "Go away"), "the connection", HOST);
        Instant until = ACCEPTED.plusSeconds(172_800);

        // When the sender is told.
        List<Notice> notices =
                notices().delayed(entry(SENDER, Set.of()), Map.of(ANNA, why), until, policy(), NOW);
        MimeMessage message = parsed(notices);

        // Then it is a delay, with a status of class 4, and the end of it is named.
        assertThat(message.getSubject()).isEqualTo("Your message is delayed");
        assertThat(part(message, 1))
                .contains("Action: delayed\r\nStatus: 4.7.1\r\n")
                .contains("Will-Retry-Until: Wed, 25 Nov 2026 10:00:00 +0000\r\n");
        assertThat(part(message, 0).replace("\r\n", " "))
                .contains("You need not send it again")
                .contains("until Wed, 25 Nov 2026 10:00:00 +0000");
    }

    @ParameterizedTest
    @EnumSource
    void anUnmetDemandIsExplainedInPlainWords(Shortfall shortfall) throws Exception {
        // Given mail that expired because a demand was not met.
        var source = new TlsDemand.Source(TlsDemand.Source.Kind.DOMAIN, "partner.example");
        var unmet = new Unmet(new TlsDemand.Encryption(source), shortfall, "what was seen");
        var why =
                new Diagnostic(
                                Reason.TLS,
                                new EnhancedStatus(4, 7, 5),
                                "TLS demands not met",
                                HOST,
                                "",
                                List.of(unmet.toString()))
                        .expired();

        // When the sender is told.
        String text = part(parsed(failure(SENDER, Map.of(ANNA, why))), 0);

        // Then it says what was demanded by whom, what was seen, and what to mend.
        assertThat(text.replaceAll("\\s+", " "))
                .contains("Demanded: encryption (domain partner.example) Seen: ")
                .contains("(what was seen) To be mended there: the server")
                .contains("Mail server: mx.partner.example[192.0.2.7]:25");
        assertThat(part(parsed(failure(SENDER, Map.of(ANNA, why))), 1)).contains("Status: 5.4.7");
    }

    @Test
    void eachShortfallHasItsOwnAdvice() {
        // Given the text of each shortfall, with a detail that names another.
        var source = new TlsDemand.Source(TlsDemand.Source.Kind.CONNECTOR, "bank");
        List<String> remedies =
                Stream.of(Shortfall.values())
                        .map(s -> new Unmet(new TlsDemand.TrustedChain(source), s, ": expired"))
                        .flatMap(unmet -> TlsAdvice.of(unmet.toString()).stream())
                        .map(TlsAdvice::remedy)
                        .toList();

        // Then none is taken for the other, and a text of something else for none.
        assertThat(remedies).hasSize(Shortfall.values().length).doesNotHaveDuplicates();
        assertThat(TlsAdvice.of("something else")).isEmpty();
    }

    @Test
    void aNoticeIsNeverSentAboutANotice() {
        // Given a message from the null sender (RFC 5321 §6.1).
        var entry =
                QueueEntry.fresh(
                        envelope(new ReversePath.Null(), Set.of()), 0, lane("x"), List.of(ANNA));

        // Then nobody is told that it failed, nor that it is late; and no id is used up.
        assertThat(notices().failure(entry, Map.of(ANNA, NO_SUCH_USER), policy(), NOW)).isEmpty();
        assertThat(notices().delayed(entry, Map.of(ANNA, NO_SUCH_USER), NOW, policy(), NOW))
                .isEmpty();
    }

    @Test
    void withoutAFailedRecipientThereIsNoNotice() {
        assertThat(failure(SENDER, Map.of())).isEmpty();
    }

    @Test
    void theNoticeIsAMessageOfOurOwnInTheLaneOfItsRecipient() {
        // When a sender in a DNS-routed domain is told.
        Notice notice = failure(SENDER, Map.of(ANNA, NO_SUCH_USER)).getFirst();

        // Then it is complete as the store wants it.
        Envelope envelope = notice.message().envelope();
        assertThat(envelope.sender()).isEqualTo(new ReversePath.Null());
        assertThat(envelope.receiveConnector()).isEqualTo(Envelope.OWN_NOTICE);
        assertThat(envelope.id()).isEqualTo(new QueueId(42 + 32));
        assertThat(envelope.needs()).isEmpty();
        assertThat(envelope.acceptedAt()).isEqualTo(NOW);
        assertThat(envelope.client().isLoopbackAddress()).isTrue();
        assertThat(envelope.sizeBytes()).isEqualTo(notice.content().remaining());
        assertThat(notice.content().isReadOnly()).isTrue();
        assertThat(notice.message().entries())
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.lane()).isEqualTo(lane("office.example"));
                    assertThat(entry.recipients()).containsExactly(SENDER);
                });
    }

    @Test
    void aRecipientThatIsNotAsciiIsNamedInAscii() throws Exception {
        // Given a mailbox that only SMTPUTF8 can carry (RFC 6533 §3).
        Mailbox jose = mailbox("jos\u00e9+x=y", "partner.example");

        // When it failed.
        List<Notice> notices = failure(SENDER, Map.of(jose, NO_SUCH_USER));
        MimeMessage message = parsed(notices);

        // Then the status has its 7-bit form, people read it as it is, and any host can carry it.
        assertThat(part(message, 1))
                .contains("Final-Recipient: utf-8; jos\\x{E9}\\x{2B}x\\x{3D}y@partner.example\r\n");
        assertThat(part(message, 0)).contains("jos\u00e9+x=y@partner.example");
        assertThat(types(message)).first().isEqualTo("text/plain; charset=utf-8");
        checkWire(notices, Ascii.ONLY);
    }

    @Test
    void aSenderThatIsNotAsciiNeedsSmtpUtf8() throws Exception {
        // Given a sender that only SMTPUTF8 can carry.
        Mailbox sender = mailbox("\u03b4\u03bf\u03ba", "office.example");

        // When it is told.
        List<Notice> notices = failure(sender, Map.of(ANNA, NO_SUCH_USER));

        // Then the address stands as it is, and the envelope says what that takes.
        assertThat(notices.getFirst().message().envelope().needs()).containsExactly(Need.SMTP_UTF8);
        assertThat(text(notices)).contains("To: <\u03b4\u03bf\u03ba@office.example>\r\n");
        checkWire(notices, Ascii.SAVE_FOR_TO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Subject: caf\u00e9 \u2028 \u0000\r\n",
                "Subject: =?utf-8?q?=0D=0ABcc:_x@y.example?=\r\n",
                "Subject: a\rb\r\n",
                "Subject: a\nb\r\n",
                "------=_Part_0_1.2\r\nContent-Type: text/html\r\n",
                "Content-Type: multipart/report; boundary=\"x\"\r\n",
                "No colon here\r\n",
                ".\r\n..\r\n"
            })
    void hostileHeadersStayInTheirPart(String hostile) throws Exception {
        // Given a header that tries to be more than a header.
        original = (hostile + "X: y\r\n\r\nbody\r\n").getBytes(StandardCharsets.UTF_8);

        // When a notice quotes it.
        List<Notice> notices = failure(SENDER, Map.of(ANNA, NO_SUCH_USER));

        // Then the structure is what it always is, and the header is quoted in full.
        MimeMessage message = parsed(notices);
        assertThat(types(message)).hasSize(3).last().isEqualTo("text/rfc822-headers");
        assertThat(part(message, 2)).endsWith("X: y\r\n").doesNotContain("body");
        assertThat(message.getHeader("Bcc")).isNull();
        checkWire(notices, Ascii.ONLY);
    }

    @Test
    void aHeaderOfInvalidBytesIsQuotedByteForByte() throws Exception {
        // Given raw Latin-1.
        original = "Subject: caf\u00e9\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

        // When a notice quotes it, then the bytes are the same after decoding.
        List<Notice> notices = failure(SENDER, Map.of(ANNA, NO_SUCH_USER));
        InputStream decoded = multipart(parsed(notices)).getBodyPart(2).getInputStream();
        assertThat(decoded.readAllBytes())
                .isEqualTo("Subject: caf\u00e9\r\n".getBytes(StandardCharsets.ISO_8859_1));
        checkWire(notices, Ascii.ONLY);
    }

    @Test
    void theHeaderOfAnSmtpUtf8MessageHasItsOwnType() throws Exception {
        // Given a message that needed SMTPUTF8, with a header in UTF-8 (RFC 6533 §6).
        original = "Subject: caf\u00e9\r\n\r\n".getBytes(StandardCharsets.UTF_8);
        QueueEntry entry = entry(SENDER, Set.of(Need.SMTP_UTF8));

        // When a notice quotes it.
        List<Notice> notices = notices().failure(entry, Map.of(ANNA, NO_SUCH_USER), policy(), NOW);

        // Then its type says so, and the notice itself needs nothing. (Jakarta Mail does not decode
        // what is in a message/... part.)
        assertThat(types(parsed(notices))).last().isEqualTo("message/global-headers");
        assertThat(part(parsed(notices), 2)).isEqualTo("Subject: caf=C3=A9\r\n");
        checkWire(notices, Ascii.ONLY);
    }

    @Test
    void aHugeHeaderIsCutAtALine() throws Exception {
        // Given a header of a megabyte, and one line longer than a line may be.
        String line = "X-Filler: " + "x".repeat(60) + "\r\n";
        String longLine = "X-Long: " + "y".repeat(2000) + "\r\n";
        original =
                (longLine + line.repeat(20_000) + "\r\nbody\r\n").getBytes(StandardCharsets.UTF_8);

        // When a notice quotes it.
        List<Notice> notices = failure(SENDER, Map.of(ANNA, NO_SUCH_USER));

        // Then it is whole lines, at most 64 KiB of them.
        String header = part(parsed(notices), 2);
        assertThat(header.length())
                .isBetween(OriginalHeader.MAX_BYTES - 100, OriginalHeader.MAX_BYTES);
        assertThat(header).startsWith(longLine).endsWith(line);
        checkWire(notices, Ascii.ONLY);
    }

    @Test
    void whereTheContentIsLostTheNoticeGoesWithoutIt() throws Exception {
        // Given a store that cannot give the content any more.
        ContentSource lost =
                new Original(() -> {
                    throw new ContentSource.ContentLost("gone", new IllegalStateException());
                });

        // When somebody failed, then the sender is told all the same.
        List<Notice> notices =
                new Notices(new Domain("relay.example.net"), () -> new QueueId(74), lost)
                        .failure(
                                entry(SENDER, Set.of()), Map.of(ANNA, NO_SUCH_USER), policy(), NOW);
        assertThat(types(parsed(notices))).hasSize(2);
    }

    @Test
    void whatAHostSaidCannotBreakTheReport() throws Exception {
        // Given a reply of 2 KiB without a space, with line ends and characters outside ASCII.
        String reply = "550 \u00fc" + "z".repeat(2000) + "\r\n\r\nAction: delivered\r\n\tX: y";
        var why =
                new Diagnostic(
                        Reason.REPLY,
                        new EnhancedStatus(5, 0, 0),
                        "refused\r\nX: y",
                        HOST,
                        reply,
                        List.of());

        // When a notice quotes it.
        List<Notice> notices = failure(SENDER, Map.of(ANNA, why));

        // Then it stays one field.
        String status = part(parsed(notices), 1);
        assertThat(status.lines().filter(line -> line.startsWith("Action: ")))
                .containsExactly("Action: failed");
        assertThat(status).contains("\\x{FC}zzz").doesNotContain("\nX: y");
        checkWire(notices, Ascii.ONLY);
    }

    @Test
    void aQuotedLocalPartComesThroughAsItIs() throws Exception {
        // Given a local part with spaces that count.
        Mailbox odd = mailbox("\"a   b\\\"c" + " ".repeat(60) + "\"", "partner.example");
        String status = part(parsed(failure(SENDER, Map.of(odd, NO_SUCH_USER))), 1);
        assertThat(status).contains("Final-Recipient: rfc822; " + odd + "\r\n");
    }

    @Test
    void aHostThatIsOnlyAnAddressIsNamedInBrackets() throws Exception {
        assertThat(remoteMta("192.0.2.7[192.0.2.7]:25")).isEqualTo("dns; [192.0.2.7]");
        assertThat(remoteMta("2001:db8::7[2001:db8::7]:25")).isEqualTo("dns; [IPv6:2001:db8::7]");
        assertThat(remoteMta("mx.example")).isEqualTo("dns; mx.example");
    }

    private String remoteMta(String host) throws Exception {
        var why = Diagnostic.said(Reply.of(550, 1, 1, "no"), "RCPT TO", host);
        return part(parsed(failure(SENDER, Map.of(ANNA, why))), 1)
                .lines()
                .filter(line -> line.startsWith("Remote-MTA: "))
                .map(line -> line.substring("Remote-MTA: ".length()))
                .findFirst()
                .orElse("");
    }

    private enum Ascii {
        ONLY,
        SAVE_FOR_TO
    }

    /// What must hold of the bytes, whatever the notice is about.
    private static void checkWire(List<Notice> notices, Ascii ascii) {
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

    private static String text(List<Notice> notices) {
        ByteBuffer content = notices.getFirst().content().duplicate();
        return StandardCharsets.UTF_8.decode(content).toString();
    }

    private static MimeMessage parsed(List<Notice> notices) throws Exception {
        ByteBuffer content = notices.getFirst().content().duplicate();
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return new MimeMessage(
                Session.getInstance(new Properties()), new ByteArrayInputStream(bytes));
    }

    private static MimeMultipart multipart(MimeMessage message) throws Exception {
        return (MimeMultipart) message.getContent();
    }

    private static String part(MimeMessage message, int index) throws Exception {
        BodyPart part = multipart(message).getBodyPart(index);
        return new String(part.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static List<String> types(MimeMessage message) throws Exception {
        var types = new ArrayList<String>();
        for (int i = 0; i < multipart(message).getCount(); i++) {
            types.add(multipart(message).getBodyPart(i).getContentType());
        }
        return types;
    }

    private List<Notice> failure(Mailbox sender, Map<Mailbox, Diagnostic> failed) {
        return notices().failure(entry(sender, Set.of()), failed, policy(), NOW);
    }

    private Notices notices() {
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

    private record Original(java.util.function.Supplier<Reading> opening) implements ContentSource {
        @Override
        public Reading open(QueueId id) {
            return opening.get();
        }

        @Override
        public byte[] inMemory(QueueId id) {
            return new byte[0];
        }
    }

    private static QueueEntry entry(Mailbox sender, Set<Need> needs) {
        Envelope envelope = envelope(new ReversePath.Sender(sender), needs);
        return QueueEntry.fresh(envelope, 0, lane("partner.example"), List.of(ANNA, BERT));
    }

    private static Envelope envelope(ReversePath sender, Set<Need> needs) {
        return new Envelope(
                new QueueId(42),
                sender,
                needs,
                1000,
                ACCEPTED,
                "internal",
                InetAddress.getLoopbackAddress());
    }

    private static Lane lane(String domain) {
        return new Lane("internet", domain, "");
    }

    private static Mailbox mailbox(String localPart, String domain) {
        return new Mailbox(localPart, new Domain(domain));
    }

    private static Diagnostic local(int statusClass, int subject, int detail, String text) {
        return Diagnostic.of(
                Reason.DNS, new EnhancedStatus(statusClass, subject, detail), text, "");
    }

    private static PolicyTable policy() {
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
