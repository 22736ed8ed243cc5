package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.delivery.SessionOutput.Ended;
import relay.core.delivery.SessionOutput.Secrecy;
import relay.core.delivery.SessionOutput.Send;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.sasl.SaslChoice;
import relay.core.sasl.SaslMechanism;
import relay.core.smtp.Extensions;
import relay.core.tls.Evidence;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet.Shortfall;

class DemandsGateTest {
    @Test
    void theDemandsAreAskedAgainForEachMessage() {
        // Given a session that was opened, by whatever mistake, without what is demanded.
        var outbox = new Outbox(DialogueTimeouts.DEFAULT);
        var proof =
                new TlsProof(
                        "mx.example.org[192.0.2.7]:25",
                        List.of(OutboundSamples.ENCRYPTION),
                        new Evidence.Plaintext(Shortfall.NOT_OFFERED, "no STARTTLS"));
        var transactions =
                new MailTransactions(
                        proof,
                        Extensions.NONE,
                        TransactionCommands.Login.NONE,
                        new HostTrouble(proof.host()),
                        outbox);

        // When an entry is offered.
        transactions.offer(OutboundSamples.entry(1, "b"));

        // Then it waits, and nothing of it is sent.
        List<SessionOutput> outputs = outbox.drain();
        assertThat(outputs).noneMatch(Send.class::isInstance);
        assertThat(outputs)
                .filteredOn(Ended.class::isInstance)
                .singleElement()
                .satisfies(output ->
                        assertThat(((Ended) output).outcomes().values())
                                .singleElement()
                                .isInstanceOf(Deferred.class));
    }

    @Test
    void credentialsAreNotShown() {
        var offer = new SaslChoice.Offer(SaslMechanism.ofPasswords(), Set.of("PLAIN"), List.of());
        var login = new SaslChoice.Login("relay", "s3cret");
        var exchange =
                new AuthExchange(SaslChoice.strongest(login, offer, () -> "n").orElseThrow());
        assertThat(exchange.toString()).doesNotContain("AHJlbGF5AHMzY3JldA");
        var send =
                new Send(
                        StandardCharsets.US_ASCII.encode(exchange.command()),
                        exchange.shownCommand(),
                        Secrecy.CREDENTIALS);
        assertThat(send.toString()).doesNotContain("AHJlbGF5AHMzY3JldA");
    }
}
