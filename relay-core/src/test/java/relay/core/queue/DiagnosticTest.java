package relay.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.queue.Diagnostic.Reason;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;

/// What people read where something was not delivered.
class DiagnosticTest {
    private static final String HOST = "mx.example.org[192.0.2.7]:25";

    @Test
    void aLineHasTheStatusTheReasonWhatWasSaidAndByWhom() {
        Reply reply = Reply.plain(450, "4.2.0 greylisted", "come again");
        assertThat(Diagnostic.said(reply, "RCPT TO", HOST))
                .hasToString(
                        "4.2.0 the host answered RCPT TO: 450 4.2.0 greylisted / come again ["
                                + HOST
                                + "]");
    }

    @Test
    void aLineHasTheDemandsThatWereNotMetAndNothingWhereNothingIsKnown() {
        var status = new EnhancedStatus(4, 7, 5);
        assertThat(Diagnostic.of(Reason.DNS, status, "no host", "")).hasToString("4.7.5 no host");
        assertThat(
                        new Diagnostic(
                                Reason.TLS,
                                status,
                                "TLS demand not met",
                                HOST,
                                "",
                                List.of("a", "b")))
                .hasToString("4.7.5 TLS demand not met: a; b [" + HOST + "]");
    }

    @Test
    void theEndOfTheLifetimeKeepsTheLastTroubleAndIsPermanent() {
        Diagnostic last = Diagnostic.said(Reply.plain(450, "4.2.0 greylisted"), "RCPT TO", HOST);
        assertThat(last.expired())
                .hasToString(
                        "5.4.7 not delivered in time; last: the host answered RCPT TO:"
                                + " 450 4.2.0 greylisted ["
                                + HOST
                                + "]");
        assertThat(last.permanent().status()).isEqualTo(new EnhancedStatus(5, 2, 0));
    }
}
