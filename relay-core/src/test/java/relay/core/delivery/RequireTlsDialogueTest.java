package relay.core.delivery;

import static relay.core.delivery.OutboundSamples.encrypted;
import static relay.core.delivery.OutboundSamples.entry;

import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.address.ReversePath;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.queue.Envelope;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.MessageTls;
import relay.core.tls.TlsDemand;

/// Mail with REQUIRETLS on its way to the next host (RFC 8689 §4.2.1).
class RequireTlsDialogueTest {
    private static final HostPlan HOST =
            OutboundSamples.hostUnder(
                    RequireTls.added(
                                    new Lane("bank", "example.org", "")
                                            .forMessages(MessageTls.REQUIRED),
                                    "mx.example.org",
                                    Policies.connector("bank").connector(),
                                    List.of())
                            .toArray(TlsDemand[]::new));
    private static final String SECURED =
            """
            > connected
            S: 220 mx.example.org ESMTP
            C: EHLO relay.example.net
            S: 250-mx.example.org
            S: 250 STARTTLS
            C: STARTTLS
            S: 220 go ahead
            < start tls
            > secured
            C: EHLO relay.example.net
            """;

    private static QueueEntry required(QueueEntry entry) {
        Envelope envelope = entry.envelope().saying(MessageTls.REQUIRED);
        return QueueEntry.fresh(envelope, 0, entry.lane(), entry.recipients());
    }

    @Test
    void aHostThatOffersItIsTold() {
        DialogueScript.of(HOST, required(entry(1, "b")))
                .plays(
                        SECURED
                                + """
                                S: 250-mx.example.org
                                S: 250 REQUIRETLS
                                < opened TLSv1.3
                                < ready 2
                                > offer 1
                                C: MAIL FROM:<a@example.net> REQUIRETLS
                                S: 250 ok
                                C: RCPT TO:<b@example.org>
                                """);
    }

    @Test
    void aHostThatDoesNotOfferItHearsOfNoEnvelope() {
        DialogueScript.of(HOST, required(entry(1, "b")))
                .plays(
                        SECURED
                                + """
                                S: 250-mx.example.org
                                S: 250 PIPELINING
                                C: QUIT
                                S: 221 bye
                                < close
                                < demands unmet tls 4.7.30
                                """);
    }

    @Test
    void whatWasOfferedInClearDoesNotCount() {
        DialogueScript.of(HOST)
                .plays(
                        """
                        > connected
                        S: 220 mx.example.org ESMTP
                        C: EHLO relay.example.net
                        S: 250-mx.example.org
                        S: 250 REQUIRETLS
                        C: QUIT
                        S: 221 bye
                        < close
                        < demands unmet tls 4.7.10
                        """);
    }

    @Test
    void aCertificateOfAnotherNameIsNotEnough() {
        var other = encrypted(TlsVersion.TLS_1_3, new ChainVerdict.Trusted(), "other.example.org");
        new DialogueScript(HOST, TlsUse.TRY, other, required(entry(1, "b")))
                .plays(
                        SECURED.substring(0, SECURED.lastIndexOf("C: EHLO"))
                                + """
                                C: QUIT
                                S: 221 bye
                                < close
                                < demands unmet tls 4.7.5
                                """);
    }

    @Test
    void aConnectionThatWasMadeForOtherMailNeverCarriesIt() {
        // The lane of such mail is another; if it were ever offered here, the gate still stands.
        Evidence.Encrypted good =
                encrypted(TlsVersion.TLS_1_3, new ChainVerdict.Trusted(), "mx.example.org");
        new DialogueScript(OutboundSamples.host(), TlsUse.TRY, good, required(entry(1, "b")))
                .plays(
                        SECURED
                                + """
                                S: 250-mx.example.org
                                S: 250 REQUIRETLS
                                < opened TLSv1.3
                                < ready 2
                                > offer 1
                                < 1 b: Deferred tls 4.7.30
                                < ready 1
                                """);
    }

    @Test
    void aNoticePassesItOnWhereItCanAndGoesWhereItCannot() {
        QueueEntry plain = entry(1, "b");
        Envelope about = plain.envelope();
        var envelope =
                new Envelope(
                                about.id(),
                                new ReversePath.Null(),
                                about.needs(),
                                about.sizeBytes(),
                                about.acceptedAt(),
                                Envelope.OWN_NOTICE,
                                about.client())
                        .saying(MessageTls.REQUIRED);
        var notice = QueueEntry.fresh(envelope, 0, plain.lane(), plain.recipients());
        DialogueScript.with(notice)
                .plays(
                        SECURED
                                + """
                                S: 250-mx.example.org
                                S: 250 REQUIRETLS
                                < opened TLSv1.3
                                < ready 2
                                > offer 1
                                C: MAIL FROM:<> REQUIRETLS
                                """);
        DialogueScript.with(notice)
                .plays(
                        """
                        > connected
                        S: 220 mx.example.org ESMTP
                        C: EHLO relay.example.net
                        S: 250-mx.example.org
                        S: 250 REQUIRETLS
                        < opened none
                        < ready 2
                        > offer 1
                        C: MAIL FROM:<>
                        """);
    }
}
