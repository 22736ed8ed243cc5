package relay.server.notice;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.RcptParameters;
import relay.core.smtp.RcptParameters.Notify;
import relay.core.smtp.Reply;
import relay.core.tls.MessageTls;

/// Notices as the sender asked for them (RFC 3461).
class NoticeRequestTest extends NoticeTest {
    private static final Diagnostic TAKEN =
            Diagnostic.said(Reply.of(250, 0, 0, "queued"), "the final dot", HOST);

    private static NoticeRequest wanting(Returned returned, Notify... byAnna) {
        return new NoticeRequest(
                returned,
                "QQ+2B314159",
                Map.of(
                        ANNA,
                        new RcptParameters(Set.of(byAnna), "rfc822;Anna+2Bx@partner.example")));
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    private List<Notice> failure(NoticeRequest request) {
        var failed = new LinkedHashMap<Mailbox, Diagnostic>();
        failed.put(ANNA, NO_SUCH_USER);
        failed.put(BERT, NO_SUCH_USER);
        return notices().failure(asking(request), failed, policy(), NOW);
    }

    @Test
    void whatTheSenderCalledThingsComesBack() throws Exception {
        // When both recipients failed, of whom one has an original address.
        String status = part(parsed(failure(wanting(Returned.NOT_SAID, Notify.FAILURE))), 1);

        // Then it is told, decoded (RFC 3464 §2.2.1, §2.3.1), and nothing is made up for the other.
        assertThat(status)
                .startsWith("Original-Envelope-Id: QQ+314159\r\nReporting-MTA: ")
                .contains(
                        lines(
                                "",
                                "Original-Recipient: rfc822;Anna+x@partner.example",
                                "Final-Recipient: rfc822; anna@partner.example"))
                .contains("\r\n\r\nFinal-Recipient: rfc822; bert@partner.example\r\n");
    }

    @Test
    void aFailureIsNotToldOfWhomTheSenderDoesNotWantToHear() throws Exception {
        // Given a sender that wants to hear of Anna never, or of success alone; of Bert as usual.
        for (Notify wanted : List.of(Notify.NEVER, Notify.SUCCESS, Notify.DELAY)) {
            // When both failed; then Bert's failure is told, and Anna not named (RFC 3461 §5.2.8).
            List<Notice> notices = failure(wanting(Returned.NOT_SAID, wanted));
            assertThat(part(parsed(notices), 1)).contains("bert").doesNotContain("anna");
            assertThat(part(parsed(notices), 0)).contains("bert").doesNotContain("anna");
        }
    }

    @Test
    void whereNobodyIsToBeToldOfThereIsNoNotice() {
        var entry = asking(wanting(Returned.NOT_SAID, Notify.NEVER));
        var anna = Map.of(ANNA, NO_SUCH_USER);
        assertThat(notices().failure(entry, anna, policy(), NOW)).isEmpty();
        assertThat(notices().delayed(entry, anna, NOW, policy(), NOW)).isEmpty();
        assertThat(notices().relayed(entry, anna, policy(), NOW)).isEmpty();
    }

    @Test
    void aDelayIsToldToWhomDidNotRuleItOut() {
        // Given NOTIFY=FAILURE for Anna, and nothing for Bert (RFC 3461 §5.2.5).
        var entry = asking(wanting(Returned.NOT_SAID, Notify.FAILURE));
        assertThat(notices().delayed(entry, Map.of(ANNA, NO_SUCH_USER), NOW, policy(), NOW))
                .isEmpty();
        assertThat(notices().delayed(entry, Map.of(BERT, NO_SUCH_USER), NOW, policy(), NOW))
                .hasSize(1);
    }

    @Test
    void aSuccessIsRelayedAndNotDelivered() throws Exception {
        // Given a sender that wants to hear of success, and all of the message of failures.
        var entry = asking(wanting(Returned.FULL, Notify.SUCCESS, Notify.FAILURE));
        var taken = new LinkedHashMap<Mailbox, Diagnostic>();
        taken.put(ANNA, TAKEN);
        taken.put(BERT, TAKEN);

        // When a host took both that does not tell senders itself.
        var message = parsed(notices().relayed(entry, taken, policy(), NOW));

        // Then that is said of Anna, with the header alone (RFC 3461 §4.3).
        assertThat(message.getSubject()).isEqualTo("Your message was relayed");
        assertThat(part(message, 1))
                .contains(
                        lines(
                                "Action: relayed",
                                "Status: 2.0.0",
                                "Remote-MTA: dns; mx.partner.example",
                                "Diagnostic-Code: smtp; 250 2.0.0 queued"))
                .doesNotContain("bert");
        assertThat(types(message)).last().isEqualTo("text/rfc822-headers");
    }

    @Test
    void aSenderThatAsksForAllOfItGetsItBack() throws Exception {
        List<Notice> notices = failure(wanting(Returned.FULL, Notify.FAILURE));
        assertThat(types(parsed(notices))).last().isEqualTo("message/rfc822");
        assertThat(text(notices)).contains("\r\n\r\n" + ORIGINAL);
        checkWire(notices, Ascii.ONLY);
    }

    @Test
    void ofMailThatRequiredTlsTheHeaderAloneComesBackAndSaysSoItself() throws Exception {
        // Given a sender that asks for all of a message with REQUIRETLS (RFC 8689 §5).
        QueueEntry plain = asking(wanting(Returned.FULL, Notify.FAILURE));
        Envelope required = plain.envelope().saying(MessageTls.REQUIRED);
        var entry = QueueEntry.fresh(required, 0, plain.lane(), plain.recipients());

        // When it failed.
        List<Notice> notices = notices().failure(entry, Map.of(ANNA, NO_SUCH_USER), policy(), NOW);

        // Then the notice is redacted, asks for the same, and is not held up by it.
        assertThat(types(parsed(notices))).last().isEqualTo("text/rfc822-headers");
        Envelope own = notices.getFirst().message().envelope();
        assertThat(own.messageTls()).isEqualTo(MessageTls.REQUIRED);
        assertThat(notices.getFirst().message().entries().getFirst().lane())
                .isEqualTo(lane("office.example"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"large", "8bit", "long line"})
    void whatMayNotPassEverywhereComesBackAsAHeader(String what) throws Exception {
        // Given a message that is too large for a notice, or not for every host.
        String body =
                switch (what) {
                    case "large" -> "0123456789\r\n".repeat(6_000);
                    case "8bit" -> "caf\u00e9\r\n";
                    default -> "x".repeat(999) + "\r\n";
                };
        original = ("Subject: x\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8);

        // When the sender asks for all of it, then the header has to do.
        List<Notice> notices = failure(wanting(Returned.FULL, Notify.FAILURE));
        assertThat(types(parsed(notices))).last().isEqualTo("text/rfc822-headers");
        checkWire(notices, Ascii.ONLY);
    }
}
