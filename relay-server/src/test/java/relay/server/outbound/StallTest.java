package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.Dialer.SessionEnd.Served;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.delivery.DialogueTimeouts;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.DeliveryOutcome.InDoubt;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.server.outbound.ScriptedPartner.Script;
import relay.server.outbound.ScriptedPartner.Wire;
import relay.server.outbound.Stalls.Step;

/// Hosts that fall silent, at each step.
class StallTest {
    private static Script silentAt(Step step, String... extensions) {
        return wire -> {
            if (step == Step.GREETING) wire.listenUntilClosed();
            wire.say("220 hi");
            if (step == Step.HELLO) wire.listenUntilClosed();
            wire.answerHello(extensions);
            transact(wire, step);
            if (step == Step.QUIT) wire.listenUntilClosed();
            wire.quit();
        };
    }

    private static void transact(Wire wire, Step step) throws IOException {
        if (step == Step.TLS || step == Step.MAIL) wire.listenUntilClosed();
        wire.answer("MAIL FROM:", "250 ok");
        if (step == Step.RECIPIENT) wire.listenUntilClosed();
        wire.answer("RCPT TO:", "250 ok");
        if (step == Step.DATA) wire.listenUntilClosed();
        wire.answer("DATA", "354 go");
        wire.hearContent();
        if (step == Step.FINAL_DOT) wire.listenUntilClosed();
        wire.say("250 queued");
    }

    private interface Check {
        void of(Outbound.Result result, QueueEntry entry);
    }

    private static void deliver(Step step, Script script, Check check) {
        var timeouts = Stalls.only(DialogueTimeouts.DEFAULT, step);
        try (var outbound =
                        new Outbound(new TrustRoots(Set.of()), timeouts, new Outbound.InMemory());
                var partner = ScriptedPartner.start(script)) {
            QueueEntry entry = outbound.message("one\r\n".getBytes(US_ASCII), "b");
            check.of(outbound.deliver(Outbound.host(partner.port())), entry);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GREETING", "HELLO"})
    void beforeAnEnvelopeTheHostIsNotServed(Step step) {
        deliver(
                step,
                silentAt(step, "PIPELINING"),
                (result, _) -> {
                    var end = (NotServed) result.end();
                    assertThat(end.why().reason()).isEqualTo(Reason.TIMEOUT);
                    assertThat(end.tlsTrouble()).isEqualTo(TlsTrouble.NONE);
                });
    }

    @Test
    void inTlsItIsTlsTrouble() {
        Script noHandshake =
                wire -> {
                    wire.greet("STARTTLS");
                    wire.answer("STARTTLS", "220 go");
                    wire.listenUntilClosed();
                };
        Check check =
                (result, _) -> {
                    var end = (NotServed) result.end();
                    assertThat(end.why().reason()).isEqualTo(Reason.TLS);
                    assertThat(end.tlsTrouble()).isEqualTo(TlsTrouble.FAILED);
                };
        deliver(Step.TLS, silentAt(Step.TLS, "STARTTLS"), check);
        deliver(Step.TLS, noHandshake, check);
    }

    @ParameterizedTest
    @EnumSource(names = {"MAIL", "RECIPIENT", "DATA"})
    void inATransactionTheMessageWaits(Step step) {
        for (String extension : new String[] {"PIPELINING", "SIZE"}) {
            deliver(
                    step,
                    silentAt(step, extension),
                    (result, entry) -> {
                        var deferred = (Deferred) result.outcome(entry);
                        assertThat(deferred.why().reason()).isEqualTo(Reason.TIMEOUT);
                        assertThat(((Served) result.end()).trouble()).hasSize(1);
                    });
        }
    }

    @Test
    void afterTheFinalDotThereIsDoubt() {
        deliver(
                Step.FINAL_DOT,
                silentAt(Step.FINAL_DOT, "PIPELINING"),
                (result, entry) -> assertThat(result.outcome(entry)).isInstanceOf(InDoubt.class));
    }

    @Test
    void atQuitNothingIsLost() {
        deliver(
                Step.QUIT,
                silentAt(Step.QUIT, "PIPELINING"),
                (result, entry) -> {
                    assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
                    assertThat(((Served) result.end()).trouble()).isEmpty();
                });
    }
}
