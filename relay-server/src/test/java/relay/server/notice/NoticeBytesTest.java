package relay.server.notice;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeMessage;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.ContentSource;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.Envelope.Need;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;

/// Whatever a notice quotes, its bytes keep their form.
class NoticeBytesTest extends NoticeTest {
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

    @Test
    void whatNobodySeesInAnAddressIsShownByItsNumber() throws Exception {
        // Given recipients whose names turn the direction of writing, and look like two words.
        Mailbox turned = mailbox("a\u202eb", "partner.example");
        Mailbox spaced = mailbox("a\u00a0b", "partner.example");

        // When a notice is about them.
        List<Notice> notices = failure(SENDER, Map.of(turned, NO_SUCH_USER, spaced, NO_SUCH_USER));

        // Then the text for people is ASCII, with their numbers.
        assertThat(part(parsed(notices), 0))
                .contains("a\\x{202E}b@partner.example")
                .contains("a\\x{A0}b@partner.example");
        checkWire(notices, Ascii.ONLY);
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
        // Given a message that needed SMTPUTF8, with a header in UTF-8 (RFC 6533 §4).
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
                .isBetween(ReturnedContent.MAX_BYTES - 100, ReturnedContent.MAX_BYTES);
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
}
