package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.delivery.SessionOutput.Await;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.InDoubt;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;

class DialogueTimeoutsTest {
    private final OutboundSession session =
            new OutboundSession(
                    OutboundSamples.host(),
                    TlsUse.TRY,
                    "relay.example.net",
                    DialogueTimeouts.DEFAULT,
                    () -> OutboundSamples.NONCE);

    private Duration limitAfter(SessionInput input) {
        return session.on(input).stream()
                .filter(Await.class::isInstance)
                .map(output -> ((Await) output).limit())
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    private static SessionInput heard(String reply) {
        byte[] bytes = (reply + "\r\n").getBytes(StandardCharsets.US_ASCII);
        return new SessionInput.Received(ByteBuffer.wrap(bytes));
    }

    @Test
    void eachStepHasTheTimeThatTheRfcGivesIt() {
        // RFC 5321 §4.5.3.2.
        assertThat(limitAfter(new SessionInput.Connected())).hasMinutes(5);
        assertThat(limitAfter(heard("220 mx"))).hasMinutes(5);
        assertThat(limitAfter(heard("250 mx"))).isEqualTo(DialogueTimeouts.DEFAULT.idle());
        var entry = OutboundSamples.entry(1, "b");
        assertThat(limitAfter(new SessionInput.Offered(entry))).hasMinutes(5);
        assertThat(limitAfter(heard("250 ok"))).hasMinutes(5);
        assertThat(limitAfter(heard("250 ok"))).hasMinutes(2);
        assertThat(limitAfter(heard("354 go"))).hasMinutes(3);
        assertThat(limitAfter(new SessionInput.FinalDotBegun())).hasMinutes(10);
        assertThat(limitAfter(heard("250 ok"))).isEqualTo(DialogueTimeouts.DEFAULT.idle());
        assertThat(limitAfter(new SessionInput.FinishAsked()))
                .isEqualTo(DialogueTimeouts.DEFAULT.quit())
                .isNotEqualTo(DialogueTimeouts.DEFAULT.idle());
    }

    @Test
    void tlsHasAMinuteSoThatAStallSoonFallsBack() {
        session.on(new SessionInput.Connected());
        session.on(heard("220 mx"));
        assertThat(limitAfter(heard("250-mx\r\n250 STARTTLS"))).hasMinutes(1);
        assertThat(limitAfter(heard("220 go"))).hasMinutes(1);
    }

    @Test
    void aStallDefersAndAfterTheFinalDotLeavesDoubt() {
        // Given a message up to the reply to DATA.
        List<String> upToData =
                (Transcripts.OPEN_HELO
                                + """
                                > offer 1
                                S: 250 ok
                                S: 250 ok
                                """)
                        .lines()
                        .toList();

        // When the host stalls, then the reason is the time-out.
        DialogueScript stalled =
                DialogueScript.opportunistic().play(upToData).play(List.of("> timeout"));
        Diagnostic why = ((Deferred) outcome(stalled)).why();
        assertThat(why.reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(why.text()).isEqualTo("no answer to DATA after 2m");

        // When it takes no more of the content, the same.
        DialogueScript full =
                DialogueScript.opportunistic()
                        .play(upToData)
                        .play(List.of("S: 354 go", "> timeout"));
        assertThat(((Deferred) outcome(full)).why().text())
                .isEqualTo("the host took no more of the content after 3m");

        // And when the final dot was begun, there is doubt.
        DialogueScript doubtful =
                DialogueScript.opportunistic()
                        .play(upToData)
                        .play(List.of("S: 354 go", "> final dot", "> timeout"));
        assertThat(((InDoubt) outcome(doubtful)).why().reason()).isEqualTo(Reason.TIMEOUT);
    }

    private static Object outcome(DialogueScript script) {
        return script.outcomes(script.offered().getFirst()).getFirst();
    }
}
