package relay.server.notice;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeMessage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.Envelope;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;
import relay.core.tls.TlsDemand;
import relay.core.tls.Unmet;
import relay.core.tls.Unmet.Shortfall;

class NoticesTest extends NoticeTest {
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
                .contains("(what was seen) To be mended there: the ")
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
}
