package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.QueueEntry;
import relay.core.tls.CertificateDigests;
import relay.core.tls.RootSet;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Pinned;
import relay.core.tls.TlsDemand.TrustedChain;
import relay.core.tls.TlsDemand.TrustedName;
import relay.core.tls.TlsPin;
import relay.core.tls.TlsPin.Subject;
import relay.server.outbound.TestCertificates.Identity;

/// What a connector or a floor asks for beside its level, over real TLS.
@Timeout(60)
class TlsOptionsTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final TestCertificates FOREIGN = new TestCertificates();
    private static final String DELIVERED = "delivered";
    private static final Identity GOOD = CERTIFICATES.named(Outbound.HOST);
    private static final Identity OTHER = CERTIFICATES.named(Outbound.HOST);
    private static final Identity SELF_SIGNED = CERTIFICATES.selfSigned("whatever.example");
    private static final Identity EXPIRED = CERTIFICATES.expired(Outbound.HOST);
    private static final TlsDemand TRUSTED = new TrustedChain(Outbound.BANK);

    private final Outbound outbound = new Outbound(CERTIFICATES.roots());
    private final QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");

    @AfterEach
    void close() {
        outbound.close();
    }

    static Stream<Arguments> pins() {
        return Stream.of(
                arguments("certificate", GOOD, DELIVERED, List.of(pinned(certificate(GOOD)))),
                arguments("key", GOOD, DELIVERED, List.of(pinned(key(GOOD)))),
                arguments("another's", OTHER, "pin-mismatch", List.of(pinned(certificate(GOOD)))),
                arguments("another's key", OTHER, "pin-mismatch", List.of(pinned(key(GOOD)))),
                arguments("old and new", OTHER, DELIVERED, List.of(pinned(key(GOOD), key(OTHER)))),
                arguments("self-signed", SELF_SIGNED, DELIVERED, List.of(pinned(key(SELF_SIGNED)))),
                arguments("expired", EXPIRED, DELIVERED, List.of(pinned(key(EXPIRED)))),
                arguments("issuer", GOOD, "pin-mismatch", List.of(pinned(issuerOf(GOOD)))),
                arguments(
                        "two pins of two policies",
                        GOOD,
                        "pin-mismatch",
                        List.of(pinned(key(GOOD)), pinned(key(OTHER)))),
                arguments("trust and a pin", GOOD, DELIVERED, List.of(TRUSTED, pinned(key(GOOD)))),
                arguments(
                        "a pin without trust",
                        SELF_SIGNED,
                        "untrusted",
                        List.of(pinned(key(SELF_SIGNED)), TRUSTED)),
                arguments(
                        "trust without the pin",
                        GOOD,
                        "pin-mismatch",
                        List.of(TRUSTED, pinned(key(OTHER)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void pins(String name, Identity presents, String outcome, List<TlsDemand> demands) {
        // Given a host that presents this; when mail is delivered under these demands, then this
        // comes of it.
        assertThat(outcome(presents, demands)).as(name).isEqualTo(outcome);
    }

    static Stream<Arguments> roots() {
        Identity foreign = FOREIGN.named(Outbound.HOST);
        RootSet theirs = own("theirs.pem", FOREIGN);
        RootSet ours = own("ours.pem", CERTIFICATES);
        return Stream.of(
                arguments("theirs", foreign, DELIVERED, List.of(chain(theirs))),
                arguments("the common ones are no help", GOOD, "untrusted", List.of(chain(theirs))),
                arguments(
                        "a chain and a name",
                        foreign,
                        DELIVERED,
                        List.of(chain(theirs), named(Outbound.HOST, theirs))),
                arguments(
                        "another name",
                        foreign,
                        "name-mismatch",
                        List.of(named("other.example", theirs))),
                arguments(
                        "a floor of the common roots holds beside",
                        foreign,
                        "untrusted",
                        List.of(chain(theirs), TRUSTED)),
                arguments(
                        "two sets, one chain",
                        GOOD,
                        "untrusted",
                        List.of(chain(ours), chain(theirs))),
                arguments(
                        "the same roots by another name",
                        GOOD,
                        DELIVERED,
                        List.of(chain(ours), TRUSTED)),
                arguments(
                        "expired",
                        FOREIGN.expired(Outbound.HOST),
                        "expired",
                        List.of(chain(theirs))),
                arguments(
                        "the host's own certificate",
                        SELF_SIGNED,
                        DELIVERED,
                        List.of(chain(new RootSet.Own("x.pem", Set.of(SELF_SIGNED.leaf()))))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void roots(String name, Identity presents, String outcome, List<TlsDemand> demands) {
        // Given a host that presents this; when mail is delivered under these demands, then this
        // comes of it.
        assertThat(outcome(presents, demands)).as(name).isEqualTo(outcome);
    }

    private static RootSet own(String file, TestCertificates authority) {
        return new RootSet.Own(file, authority.roots().certificates());
    }

    private static TlsDemand chain(RootSet roots) {
        return new TrustedChain(Outbound.BANK, roots);
    }

    private static TlsDemand named(String name, RootSet roots) {
        return new TrustedName(Outbound.BANK, Set.of(name), roots);
    }

    /// `delivered`, or the first shortfall: then the host heard nothing of the envelope.
    private String outcome(Identity presents, List<TlsDemand> demands) {
        try (var partner =
                ScriptedPartner.start(wire -> {
                    wire.greet("STARTTLS");
                    wire.answer("STARTTLS", "220 go");
                    wire.secure(presents.serverContext());
                    wire.answerHello("PIPELINING");
                    wire.take("250 queued");
                    wire.quit();
                })) {
            var host = Outbound.host(partner.port(), demands.toArray(TlsDemand[]::new));
            Outbound.Result result = outbound.deliver(host);
            if (result.end() instanceof DemandsUnmet unmet) {
                assertThat(partner.heard()).noneMatch(line -> line.contains("@"));
                return unmet.unmet().getFirst().shortfall().label();
            }
            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            return DELIVERED;
        }
    }

    private static TlsDemand pinned(TlsPin... pins) {
        return new Pinned(Outbound.BANK, Set.of(pins));
    }

    private static TlsPin certificate(Identity identity) {
        String digest = CertificateDigests.of(identity.leaf()).certificate().sha256();
        return new TlsPin(Subject.CERTIFICATE, digest);
    }

    private static TlsPin key(Identity identity) {
        return new TlsPin(Subject.KEY, CertificateDigests.of(identity.leaf()).publicKey().sha256());
    }

    private static TlsPin issuerOf(Identity identity) {
        var issuer = CertificateDigests.of(identity.chain().get(1));
        return new TlsPin(Subject.KEY, issuer.publicKey().sha256());
    }
}
