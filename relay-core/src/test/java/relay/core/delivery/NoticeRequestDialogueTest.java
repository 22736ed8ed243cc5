package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.delivery.OutboundSamples.asking;
import static relay.core.delivery.OutboundSamples.entry;
import static relay.core.delivery.OutboundSamples.mailbox;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.DeliveryOutcome.Delivered.SuccessNotice;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueEntry;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.RcptParameters;
import relay.core.smtp.RcptParameters.Notify;

/// What the sender wants to be told, on its way to the next host (RFC 3461 §5.2).
class NoticeRequestDialogueTest {
    private static final QueueEntry ASKING =
            asking(
                    entry(1, "b", "c", "d"),
                    new NoticeRequest(
                            Returned.FULL,
                            "QQ+2B314159",
                            Map.of(
                                    mailbox("b"),
                                    new RcptParameters(
                                            Set.of(Notify.DELAY, Notify.SUCCESS),
                                            "rfc822;Bob+2Bx@example.org"),
                                    mailbox("c"),
                                    new RcptParameters(Set.of(Notify.NEVER), ""))));

    private static String opening(String extensions) {
        return """
        > connected
        S: 220 mx.example.org ESMTP
        C: EHLO relay.example.net
        S: 250-mx.example.org
        S: 250 %s
        < opened none
        < ready 2
        > offer 1
        """
                .formatted(extensions);
    }

    @Test
    void aHostThatTakesRequestsIsGivenThemAsTheyCame() {
        // RFC 3461 §5.2.1: nothing is added for who said nothing.
        var script = DialogueScript.with(ASKING);
        script.plays(
                opening("DSN")
                        + """
                        C: MAIL FROM:<a@example.net> RET=FULL ENVID=QQ+2B314159
                        S: 250 ok
                        C: RCPT TO:<b@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2Bx@example.org
                        S: 250 ok
                        C: RCPT TO:<c@example.org> NOTIFY=NEVER
                        S: 250 ok
                        C: RCPT TO:<d@example.org>
                        S: 250 ok
                        C: DATA
                        S: 354 go
                        C: <content of 1>
                        > final dot
                        S: 250 queued
                        < 1 b: Delivered 250 queued
                        < 1 c: Delivered 250 queued
                        < 1 d: Delivered 250 queued
                        < ready 1
                        """);
        assertThat(whoTells(script)).containsOnly(SuccessNotice.BY_NEXT_HOST);
    }

    @Test
    void aHostThatDoesNotIsGivenNoneAndTheSuccessIsOursToTell() {
        // RFC 3461 §5.2.2 (a).
        var script = DialogueScript.with(ASKING);
        script.plays(
                opening("HELP")
                        + """
                        C: MAIL FROM:<a@example.net>
                        S: 250 ok
                        C: RCPT TO:<b@example.org>
                        S: 250 ok
                        C: RCPT TO:<c@example.org>
                        S: 250 ok
                        C: RCPT TO:<d@example.org>
                        S: 250 ok
                        C: DATA
                        S: 354 go
                        C: <content of 1>
                        > final dot
                        S: 250 queued
                        < 1 b: Delivered 250 queued
                        < 1 c: Delivered 250 queued
                        < 1 d: Delivered 250 queued
                        < ready 1
                        """);
        assertThat(whoTells(script)).containsOnly(SuccessNotice.BY_US);
    }

    private static List<SuccessNotice> whoTells(DialogueScript script) {
        return script.outcomes(ASKING).stream()
                .map(outcome -> ((Delivered) outcome).success())
                .toList();
    }
}
