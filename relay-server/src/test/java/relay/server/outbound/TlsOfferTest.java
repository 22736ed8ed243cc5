package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.security.cert.Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.QueueEntry;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.ClientCertificate;
import relay.core.tls.Evidence;
import relay.core.tls.KeyExchangeGroup;
import relay.core.tls.TlsOffer;
import relay.server.outbound.TestCertificates.Identity;

/// What we bring to a handshake, with each TLS library and a partner on that of the JDK.
@Timeout(60)
class TlsOfferTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final Identity HOST = CERTIFICATES.named(Outbound.HOST);
    private static final Identity OURS = CERTIFICATES.forClients("relay.example.net");

    enum Library {
        BEST,
        JDK;

        SslProvider provider() {
            return this == BEST ? TlsClient.bestProvider() : SslProvider.JDK;
        }
    }

    private record Seen(List<Certificate> byHost, Evidence.Encrypted byUs) {}

    @ParameterizedTest
    @EnumSource
    void aCertificateOfOursIsPresentedWhereItIsAskedFor(Library library) {
        // Given a connector with a certificate of ours, and one without.
        var ours = new ClientCertificate("own.pem", OURS.chain(), OURS.keys().getPrivate());
        var with = new TlsOffer(List.of(ours), KeyExchangeGroup.ALL);

        // When a host of each asks for a certificate, then only that of the first gets it, and both
        // sides know.
        List<Seen> seen = deliver(library, with, TlsOffer.DEFAULT, with);
        assertThat(seen).hasSize(3);
        for (int connection : new int[] {0, 2}) {
            assertThat(seen.get(connection).byHost()).isEqualTo(OURS.chain());
            assertThat(seen.get(connection).byUs().presented()).isEqualTo(OURS.chain());
        }
        assertThat(seen.get(1).byHost()).isEmpty();
        assertThat(seen.get(1).byUs().presented()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aHostThatKnowsOnlyOlderGroupsIsServed(Library library) {
        // Given a host that has no post-quantum group, when it is offered all there are.
        Seen seen = deliver(library, TlsOffer.DEFAULT).getFirst();

        // Then one of the others serves, and the library that tells the group names it.
        assertThat(seen.byUs().group()).isEqualTo(library == Library.JDK ? "" : "X25519");
    }

    /// One connection for each offer, of one dialer, to hosts that ask for a certificate.
    private static List<Seen> deliver(Library library, TlsOffer... offers) {
        var seen = new CopyOnWriteArrayList<Seen>();
        var byHost = new CopyOnWriteArrayList<List<Certificate>>();
        try (var outbound =
                        new Outbound(
                                CERTIFICATES.roots(),
                                DialogueTimeouts.DEFAULT,
                                new Outbound.InMemory(),
                                library.provider());
                var partner =
                        ScriptedPartner.start(wire -> {
                            byHost.add(wire.secureAsking(HOST.askingContext()));
                            wire.greet("PIPELINING");
                            wire.take("250 queued");
                            wire.quit();
                        })) {
            QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");
            for (TlsOffer offer : offers) {
                Outbound.Result result = outbound.deliver(host(partner.port(), offer));
                assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
                var evidence = (Evidence.Encrypted) result.proof().evidence();
                seen.add(new Seen(byHost.getLast(), evidence));
            }
        }
        return seen;
    }

    private static HostPlan host(int port, TlsOffer offer) {
        return new HostPlan(
                Outbound.HOST,
                InetAddress.getLoopbackAddress(),
                port,
                TlsMode.IMPLICIT,
                List.of(),
                List.of(),
                PlaintextFallback.ALLOWED,
                List.of(),
                offer,
                Caller.DEFAULT,
                "");
    }
}
