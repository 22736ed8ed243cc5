package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.Dialer.SessionEnd.Served;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.delivery.HostPlan;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.QueueEntry;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.TlsDemand;
import relay.core.tls.Unmet.Shortfall;
import relay.server.outbound.ScriptedPartner.Script;
import relay.server.outbound.TestCertificates.Identity;

/// Real sockets and real TLS: what a host hears under which demand.
class TlsDemandsTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final TlsDemand ENCRYPTION = new TlsDemand.Encryption(Outbound.BANK);
    private static final TlsDemand TRUSTED = new TlsDemand.TrustedChain(Outbound.BANK);
    private static final TlsDemand NAMED =
            new TlsDemand.TrustedName(Outbound.BANK, Set.of(Outbound.HOST));

    private final Outbound outbound = new Outbound(CERTIFICATES.roots());
    private final QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");

    @AfterEach
    void close() {
        outbound.close();
    }

    private static Script goodHostAs(Identity identity) {
        return wire -> {
            wire.greet("STARTTLS");
            wire.answer("STARTTLS", "220 go");
            wire.secure(identity.serverContext());
            wire.answerHello("PIPELINING");
            wire.take("250 queued");
            wire.quit();
        };
    }

    /// Stops talking TLS where the client leaves, as it must where a demand is unmet.
    private static Script waryHostAs(Identity identity) {
        return wire -> {
            wire.greet("STARTTLS");
            wire.answer("STARTTLS", "220 go");
            wire.secure(identity.serverContext());
            wire.listenUntilQuit();
        };
    }

    private DemandsUnmet unmet(Script script, TlsDemand demand) {
        try (var partner = ScriptedPartner.start(script)) {
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port(), demand));
            assertThat(partner.heard())
                    .noneMatch(line -> line.contains("@"))
                    .allMatch(line -> line.matches("EHLO relay.example.net|STARTTLS|QUIT"));
            assertThat(result.outcomes(entry)).isEmpty();
            assertThat(result.end()).isInstanceOf(DemandsUnmet.class);
            return (DemandsUnmet) result.end();
        }
    }

    private static Shortfall shortfall(DemandsUnmet end) {
        assertThat(end.unmet()).hasSize(1);
        return end.unmet().getFirst().shortfall();
    }

    @Test
    void aCertificateThatMeetsEveryDemandDelivers() {
        Script script = goodHostAs(CERTIFICATES.named("mx.other.example", "PARTNER.example"));
        try (var partner = ScriptedPartner.start(script)) {
            Outbound.Result result =
                    outbound.deliver(Outbound.host(partner.port(), ENCRYPTION, TRUSTED, NAMED));

            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(result.end()).isEqualTo(new Served(List.of()));
            var evidence = (Evidence.Encrypted) result.proof().evidence();
            assertThat(evidence.protocol()).isEqualTo(Evidence.TlsVersion.TLS_1_3);
            assertThat(evidence.cipherSuite()).startsWith("TLS_AES_");
            assertThat(evidence.verdict()).isEqualTo(new ChainVerdict.Trusted());
            assertThat(evidence.presentedNames())
                    .containsExactlyInAnyOrder("mx.other.example", "partner.example");
            assertThat(evidence.chain()).hasSize(2);
        }
    }

    @Test
    void aHostWithoutStartTlsHearsNothing() {
        DemandsUnmet end =
                unmet(
                        wire -> {
                            wire.greet("PIPELINING");
                            wire.listenUntilQuit();
                        },
                        ENCRYPTION);
        assertThat(shortfall(end)).isEqualTo(Shortfall.NOT_OFFERED);
        assertThat(end.why().status().toString()).isEqualTo("4.7.10");
    }

    @Test
    void aHostThatRefusesStartTlsHearsNothing() {
        DemandsUnmet end =
                unmet(
                        wire -> {
                            wire.greet("STARTTLS");
                            wire.answer("STARTTLS", "454 4.7.0 no certificate");
                            wire.listenUntilQuit();
                        },
                        ENCRYPTION);
        assertThat(shortfall(end)).isEqualTo(Shortfall.REFUSED);
        assertThat(end.why().demands().getFirst()).contains("454 4.7.0 no certificate");
    }

    @Test
    void aHostWhoseHandshakeFailsHearsNothing() {
        DemandsUnmet end =
                unmet(
                        wire -> {
                            wire.greet("STARTTLS");
                            wire.answer("STARTTLS", "220 go");
                            wire.say("this is not TLS");
                        },
                        ENCRYPTION);
        assertThat(shortfall(end)).isEqualTo(Shortfall.HANDSHAKE_FAILED);
    }

    @Test
    void aHostThatHangsUpInTheHandshakeHearsNothing() {
        DemandsUnmet end =
                unmet(
                        wire -> {
                            wire.greet("STARTTLS");
                            wire.answer("STARTTLS", "220 go");
                        },
                        ENCRYPTION);
        assertThat(shortfall(end)).isEqualTo(Shortfall.HANDSHAKE_FAILED);
    }

    @Test
    void aReplyInClearBehindTheGoAheadIsNotTakenForAnEncryptedOne() {
        DemandsUnmet end =
                unmet(
                        wire -> {
                            wire.greet("STARTTLS");
                            wire.answer("STARTTLS", "220 go", "250 injected");
                            wire.listenUntilQuit();
                        },
                        ENCRYPTION);
        assertThat(shortfall(end)).isEqualTo(Shortfall.HANDSHAKE_FAILED);
    }

    @Test
    void aWrongNameHearsNothing() {
        DemandsUnmet end = unmet(waryHostAs(CERTIFICATES.named("mx.other.example")), NAMED);
        assertThat(shortfall(end)).isEqualTo(Shortfall.NAME_MISMATCH);
        assertThat(end.why().status().toString()).isEqualTo("4.7.5");
    }

    @Test
    void anExpiredCertificateHearsNothing() {
        DemandsUnmet end = unmet(waryHostAs(CERTIFICATES.expired(Outbound.HOST)), NAMED);
        assertThat(shortfall(end)).isEqualTo(Shortfall.EXPIRED);
    }

    @Test
    void aSelfSignedCertificateHearsNothing() {
        DemandsUnmet end = unmet(waryHostAs(CERTIFICATES.selfSigned(Outbound.HOST)), TRUSTED);
        assertThat(shortfall(end)).isEqualTo(Shortfall.UNTRUSTED);
    }

    @Test
    void aCertificateOfAnotherRootHearsNothing() {
        Identity foreign = new TestCertificates().named(Outbound.HOST);
        DemandsUnmet end = unmet(waryHostAs(foreign), NAMED);
        assertThat(shortfall(end)).isEqualTo(Shortfall.UNTRUSTED);
        assertThat(end.unmet().getFirst().seen()).contains("CN=Test Intermediate");
    }

    @Test
    void withoutADemandAnyCertificateWillDo() {
        Script script = goodHostAs(CERTIFICATES.selfSigned("whatever.example"));
        try (var partner = ScriptedPartner.start(script)) {
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port()));
            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(result.proof().tlsLabel()).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void withoutADemandTlsThatFailsAsksForANewConnectionInClear() {
        // Given a host whose TLS is broken, and that is well without.
        Script broken =
                wire -> {
                    wire.greet("STARTTLS");
                    wire.answer("STARTTLS", "220 go");
                    wire.say("this is not TLS");
                };
        Script clear =
                wire -> {
                    wire.greet("STARTTLS");
                    wire.take("250 queued");
                    wire.quit();
                };
        try (var partner = ScriptedPartner.start(broken, clear)) {
            // When it is tried.
            HostPlan host = Outbound.host(partner.port());
            SessionEnd first = outbound.deliver(host).end();

            // Then the connection is over, and a new one in clear delivers.
            assertThat(((NotServed) first).tlsTrouble()).isEqualTo(TlsTrouble.FAILED);
            Outbound.Result second = outbound.deliver(host, TlsUse.NEVER);
            assertThat(second.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(second.proof().tlsLabel()).isEqualTo("none");
        }
    }

    @Test
    void implicitTlsBeginsWithTheHandshake() {
        Identity identity = CERTIFICATES.named(Outbound.HOST);
        Script script =
                wire -> {
                    wire.secure(identity.serverContext());
                    wire.greet("PIPELINING");
                    wire.take("250 queued");
                    wire.quit();
                };
        try (var partner = ScriptedPartner.start(script)) {
            var host =
                    Outbound.host(
                            Outbound.HOST, partner.port(), TlsMode.IMPLICIT, List.of(), NAMED);
            assertThat(outbound.deliver(host).outcome(entry)).isInstanceOf(Delivered.class);
        }
    }

    @Test
    void theHostsNameIsSentAsServerNameAndAnAddressIsNot() {
        // Given a smart host by name, and one by address with a name that tlsDomain accepts.
        Identity identity = CERTIFICATES.named(Outbound.HOST);
        for (String name : List.of(Outbound.HOST, "127.0.0.1")) {
            var sent = new CopyOnWriteArrayList<String>();
            Script script =
                    wire -> {
                        sent.addAll(wire.secure(identity.serverContext()));
                        wire.greet("PIPELINING");
                        wire.take("250 queued");
                        wire.quit();
                    };
            try (var partner = ScriptedPartner.start(script)) {
                var host = Outbound.host(name, partner.port(), TlsMode.IMPLICIT, List.of(), NAMED);
                assertThat(outbound.deliver(host).outcome(entry)).isInstanceOf(Delivered.class);
            }
            assertThat(sent).isEqualTo(name.equals(Outbound.HOST) ? List.of(name) : List.of());
        }
    }
}
