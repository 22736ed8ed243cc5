package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static relay.server.outbound.TestTlsa.certificate;
import static relay.server.outbound.TestTlsa.key;

import java.security.cert.X509Certificate;
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
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.DaneMatch;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.Tlsa;
import relay.server.outbound.ScriptedPartner.Script;
import relay.server.outbound.TestCertificates.Identity;

/// What a host's owner publishes, what the host presents, and what comes of it, over real TLS.
@Timeout(60)
class DaneTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final Source DANE = new Source(Source.Kind.DANE, "");
    private static final String DELIVERED = "delivered";
    private static final Identity GOOD = CERTIFICATES.named(Outbound.HOST);
    private static final Identity OTHER_NAME = CERTIFICATES.named("other.example");
    private static final Identity EXPIRED = CERTIFICATES.expired(Outbound.HOST);
    private static final Identity SELF_SIGNED = CERTIFICATES.selfSigned("whatever.example");
    private static final Identity GAP = CERTIFICATES.withoutIntermediate(Outbound.HOST);
    private static final X509Certificate INTERMEDIATE = GOOD.chain().get(1);
    private static final X509Certificate ROOT =
            CERTIFICATES.roots().certificates().iterator().next();

    private final Outbound outbound = new Outbound(new TrustRoots(Set.of()));
    private final QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");

    @AfterEach
    void close() {
        outbound.close();
    }

    static Stream<Arguments> matrix() {
        X509Certificate leaf = GOOD.leaf();
        return Stream.of(
                // RFC 7672 §3.1.1: neither name nor date nor issuer counts for usage 3.
                row("key, SHA-256", GOOD, DELIVERED, key(3, 1, leaf)),
                row("key, SHA-512", GOOD, DELIVERED, key(3, 2, leaf)),
                row("key, whole", GOOD, DELIVERED, key(3, 0, leaf)),
                row("certificate, SHA-256", GOOD, DELIVERED, certificate(3, 1, leaf)),
                row("certificate, whole", GOOD, DELIVERED, certificate(3, 0, leaf)),
                row("another name", OTHER_NAME, DELIVERED, key(3, 1, OTHER_NAME.leaf())),
                row("expired", EXPIRED, DELIVERED, key(3, 1, EXPIRED.leaf())),
                row("self-signed", SELF_SIGNED, DELIVERED, key(3, 1, SELF_SIGNED.leaf())),
                row("another key", GOOD, "tlsa-mismatch", key(3, 1, OTHER_NAME.leaf())),
                row("a key for a certificate", GOOD, "tlsa-mismatch", asCertificate(leaf)),
                row(
                        "the key before and the key after a renewal",
                        GOOD,
                        DELIVERED,
                        key(3, 1, OTHER_NAME.leaf()),
                        key(3, 1, leaf)),
                row("an issuer's record as the host's", GOOD, "tlsa-mismatch", key(3, 1, ROOT)),
                // RFC 7672 §3.1.2: usage 2 has a path, dates and a name.
                row("issuer sent", GOOD, DELIVERED, certificate(2, 1, INTERMEDIATE)),
                row("issuer's key", GOOD, DELIVERED, key(2, 1, INTERMEDIATE)),
                row("issuer, other name", OTHER_NAME, "name-mismatch", key(2, 1, INTERMEDIATE)),
                row("issuer, expired", EXPIRED, "tlsa-mismatch", key(2, 1, INTERMEDIATE)),
                row("digest of a root not sent", GOOD, "tlsa-mismatch", certificate(2, 1, ROOT)),
                row("root in the record", GOOD, DELIVERED, certificate(2, 0, ROOT)),
                row("root's key in the record", GOOD, DELIVERED, key(2, 0, ROOT)),
                row("root in the record, gap", GAP, "tlsa-mismatch", certificate(2, 0, ROOT)),
                row("issuer in the record, gap", GAP, DELIVERED, key(2, 0, INTERMEDIATE)),
                row("the host's record as an issuer's", GOOD, "tlsa-mismatch", key(2, 1, leaf)),
                row(
                        "self-signed as its issuer",
                        SELF_SIGNED,
                        "tlsa-mismatch",
                        key(2, 1, SELF_SIGNED.leaf())),
                row("issuer of no chain", SELF_SIGNED, "tlsa-mismatch", key(2, 0, ROOT)),
                row("nonsense as an issuer", GOOD, "tlsa-mismatch", new Tlsa(2, 0, 0, "3003")),
                row(
                        "host or issuer",
                        OTHER_NAME,
                        DELIVERED,
                        key(2, 1, INTERMEDIATE),
                        key(3, 1, OTHER_NAME.leaf())));
    }

    private static Arguments row(String name, Identity presents, String outcome, Tlsa... records) {
        return arguments(name, presents, outcome, List.of(records));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void matrix(String name, Identity presents, String outcome, List<Tlsa> records) {
        TlsDemand demand = new DaneMatch(DANE, Outbound.HOST, records, Set.of(Outbound.HOST));
        assertThat(outcome(presents, demand)).as(name).isEqualTo(outcome);
    }

    static Stream<Arguments> together() {
        return Stream.of(arguments(GOOD, "untrusted"), arguments(SELF_SIGNED, "untrusted"));
    }

    @ParameterizedTest
    @MethodSource
    void together(Identity presents, String outcome) {
        // Given a match, and a connector that demands a trusted name, where no root is trusted.
        TlsDemand dane =
                new DaneMatch(DANE, Outbound.HOST, List.of(key(3, 1, presents.leaf())), Set.of());
        TlsDemand named = new TlsDemand.TrustedName(Outbound.BANK, Set.of(Outbound.HOST));

        // Then both must hold, in either order.
        assertThat(outcome(presents, dane, named)).isEqualTo(outcome);
        assertThat(outcome(presents, named, dane)).isEqualTo(outcome);
    }

    private String outcome(Identity presents, TlsDemand... demands) {
        Script host =
                wire -> {
                    wire.greet("STARTTLS");
                    wire.answer("STARTTLS", "220 go");
                    wire.secure(presents.serverContext());
                    wire.answerHello("PIPELINING");
                    wire.take("250 queued");
                    wire.quit();
                };
        Script wary =
                wire -> {
                    wire.greet("STARTTLS");
                    wire.answer("STARTTLS", "220 go");
                    wire.secure(presents.serverContext());
                    wire.listenUntilQuit();
                };
        // One script for a client that stays, one for a client that leaves.
        boolean leaves = !TlsDemand.unmet(List.of(demands), evidence(presents, demands)).isEmpty();
        try (var partner = ScriptedPartner.start(leaves ? wary : host)) {
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port(), demands));
            if (result.end() instanceof DemandsUnmet unmet) {
                assertThat(partner.heard()).noneMatch(line -> line.contains("@"));
                return unmet.unmet().getFirst().shortfall().label();
            }
            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            return DELIVERED;
        }
    }

    private static relay.core.tls.Evidence evidence(Identity presents, TlsDemand... demands) {
        var judge = new ChainJudge(new TrustRoots(Set.of()), () -> TestCertificates.NOW);
        return new Handshake(
                        relay.core.tls.Evidence.TlsVersion.TLS_1_3,
                        "TLS_AES_128_GCM_SHA256",
                        "",
                        List.copyOf(presents.chain()),
                        List.of(),
                        List.of(),
                        List.of())
                .evidence(judge, List.of(demands));
    }

    /// The digest of the key where that of the certificate belongs.
    private static Tlsa asCertificate(X509Certificate certificate) {
        return TestTlsa.record(3, 0, 1, certificate.getPublicKey().getEncoded());
    }
}
