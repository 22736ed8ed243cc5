package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.delivery.DialogueTimeouts;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.QueueEntry;
import relay.core.tls.CertificateDigests;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Pinned;
import relay.core.tls.TlsPin;
import relay.core.tls.Unmet.Shortfall;
import relay.server.outbound.ScriptedPartner.Script;
import relay.server.outbound.TestCertificates.Identity;

/// A host that takes up again the sessions it gave out, though its certificate is another one by
/// then: what is judged is what it shows now.
@Timeout(60)
class SessionResumptionTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final Identity BEFORE = CERTIFICATES.named(Outbound.HOST);
    private static final Identity AFTER = CERTIFICATES.named(Outbound.HOST);

    @ParameterizedTest
    @CsvSource({
        "OPENSSL_REFCNT, TLSv1.3",
        "OPENSSL_REFCNT, TLSv1.2",
        "JDK, TLSv1.3",
        "JDK, TLSv1.2",
    })
    void theCertificateIsThatOfThisConnection(SslProvider provider, String version)
            throws SSLException {
        // Given a host that gives out sessions, and whose certificate is replaced.
        Script before = script(context(BEFORE, version));
        Script after = script(context(AFTER, version));
        try (var outbound =
                        new Outbound(
                                CERTIFICATES.roots(),
                                DialogueTimeouts.DEFAULT,
                                new Outbound.InMemory(),
                                provider);
                var partner = ScriptedPartner.start(before, before, after)) {
            QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");

            // When mail went there without any demand.
            for (int i = 0; i < 2; i++) {
                Outbound.Result first = outbound.deliver(Outbound.host(partner.port()));
                assertThat(first.outcome(entry)).isInstanceOf(Delivered.class);
                assertThat(leaf(first)).isEqualTo(BEFORE.leaf());
            }

            // Then the next connection shows the new one.
            Outbound.Result second = outbound.deliver(Outbound.host(partner.port()));
            assertThat(leaf(second)).isEqualTo(AFTER.leaf());

            // And a demand that is new by then is met by the new one, and not by the old.
            Outbound.Result pinned = outbound.deliver(Outbound.host(partner.port(), pin(AFTER)));
            assertThat(pinned.outcome(entry)).isInstanceOf(Delivered.class);
            Outbound.Result stale = outbound.deliver(Outbound.host(partner.port(), pin(BEFORE)));
            assertThat(((DemandsUnmet) stale.end()).unmet().getFirst().shortfall())
                    .isEqualTo(Shortfall.PIN_MISMATCH);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void theHostHearsItsNameWithoutASession(SslProvider provider) {
        // Given a host that writes down the server name.
        List<String> names = new CopyOnWriteArrayList<>();
        try (var outbound =
                        new Outbound(
                                CERTIFICATES.roots(),
                                DialogueTimeouts.DEFAULT,
                                new Outbound.InMemory(),
                                provider);
                var partner =
                        ScriptedPartner.start(wire -> {
                            wire.greet("STARTTLS");
                            wire.answer("STARTTLS", "220 go");
                            names.addAll(wire.secure(BEFORE.serverContext()));
                            wire.answerHello();
                            wire.quit();
                        })) {
            // When somebody connects, then it is told (RFC 6066 §3).
            outbound.deliver(Outbound.host(partner.port()));
            assertThat(names).containsExactly(Outbound.HOST);
        }
    }

    private static Script script(SslContext context) {
        return wire -> {
            wire.greet("STARTTLS");
            wire.answer("STARTTLS", "220 go");
            wire.secure(context);
            wire.answerHello("PIPELINING");
            wire.take("250 queued");
            wire.quit();
        };
    }

    private static X509Certificate leaf(Outbound.Result result) {
        return ((Evidence.Encrypted) result.proof().evidence()).chain().getFirst();
    }

    private static TlsDemand pin(Identity identity) {
        var digests = CertificateDigests.of(identity.leaf());
        return new Pinned(
                Outbound.BANK,
                Set.of(new TlsPin(TlsPin.Subject.KEY, digests.publicKey().sha256())));
    }

    /// Its tickets are good at every host of this test.
    private static SslContext context(Identity identity, String version) throws SSLException {
        SslContext context =
                SslContextBuilder.forServer(
                                identity.keys().getPrivate(),
                                identity.chain().toArray(X509Certificate[]::new))
                        .sslProvider(SslProvider.OPENSSL)
                        .protocols(version)
                        .build();
        var keys =
                new OpenSslSessionTicketKey(
                        new byte[OpenSslSessionTicketKey.NAME_SIZE],
                        new byte[OpenSslSessionTicketKey.HMAC_KEY_SIZE],
                        new byte[OpenSslSessionTicketKey.AES_KEY_SIZE]);
        ((OpenSslSessionContext) context.sessionContext()).setTicketKeys(keys);
        return context;
    }
}
