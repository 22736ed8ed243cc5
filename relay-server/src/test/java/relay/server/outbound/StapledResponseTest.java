package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.delivery.DialogueTimeouts;
import relay.core.tls.Evidence;
import relay.core.tls.StapledStatus;
import relay.core.tls.TlsDemand;
import relay.core.tls.Unmet.Shortfall;
import relay.server.outbound.TestCertificates.Identity;

@Timeout(60)
class StapledResponseTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final Identity OWN = CERTIFICATES.named(Outbound.HOST);
    private static final TestOcsp OCSP = CERTIFICATES.ocsp();
    private static final Instant NOW = TestCertificates.NOW;
    private static final Duration HOUR = Duration.ofHours(1);

    private static StapledStatus read(byte[] stapled) {
        return read(OWN, stapled, NOW);
    }

    private static StapledStatus read(Identity host, byte[] stapled, Instant now) {
        var known = new ArrayList<>(host.chain());
        known.add(CERTIFICATES.rootCertificate());
        return new StapledResponse(host.leaf(), known, now).of(stapled);
    }

    @Test
    void theIssuersWordIsReadWhicheverDigestNamesTheCertificate() {
        assertThat(read(OCSP.good(OWN.leaf()))).isEqualTo(new StapledStatus.Good());
        assertThat(read(OCSP.bySha256().good(OWN.leaf()))).isEqualTo(new StapledStatus.Good());
        assertThat(read(OCSP.bySha256().revoked(OWN.leaf())))
                .isEqualTo(new StapledStatus.Revoked("since 2026-11-22T12:00:00Z, key compromise"));
    }

    @Test
    void oneWhomTheIssuerLetsSignSpeaksForIt() {
        Instant tomorrow = NOW.plus(Duration.ofDays(1));
        TestOcsp delegate = OCSP.by(CERTIFICATES.responder(tomorrow));
        assertThat(read(delegate.revoked(OWN.leaf()))).isInstanceOf(StapledStatus.Revoked.class);
        assertThat(read(delegate.good(OWN.leaf()))).isEqualTo(new StapledStatus.Good());
    }

    @Test
    void nobodyElseSpeaksForIt() {
        // Given a delegate whose certificate is out of date, a host of the same issuer, one of
        // another issuer who has its name, and a delegate of that.
        Instant yesterday = NOW.minus(Duration.ofDays(1));
        var namesake = new TestCertificates();
        List<TestOcsp> others =
                List.of(
                        OCSP.by(CERTIFICATES.responder(yesterday)),
                        OCSP.by(CERTIFICATES.named("other.example")),
                        OCSP.by(OWN),
                        namesake.ocsp(),
                        OCSP.by(namesake.responder(NOW.plus(HOUR))));

        // Then what they sign says nothing, neither good nor bad.
        for (TestOcsp other : others) {
            assertThat(read(other.good(OWN.leaf()))).isInstanceOf(StapledStatus.Unusable.class);
            assertThat(read(other.revoked(OWN.leaf()))).isInstanceOf(StapledStatus.Unusable.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-60, 60, true",
        "-60, 0, true",
        "-60, -4, true",
        "-60, -6, false",
        "4, 60, true",
        "6, 60, false",
        "-1439, , true",
        "-1450, , false",
    })
    void aResponseCountsWhileItIsCurrent(int fromMinutes, Integer untilMinutes, boolean counts) {
        Instant until = untilMinutes == null ? null : NOW.plus(Duration.ofMinutes(untilMinutes));
        TestOcsp dated = OCSP.dated(NOW.plus(Duration.ofMinutes(fromMinutes)), until);
        assertThat(read(dated.good(OWN.leaf())) instanceof StapledStatus.Good).isEqualTo(counts);
        assertThat(read(dated.revoked(OWN.leaf())) instanceof StapledStatus.Revoked)
                .isEqualTo(counts);
    }

    @Test
    void whatIsNoAnswerAboutThisCertificateSaysSo() {
        assertThat(read(OCSP.unknown(OWN.leaf())))
                .isEqualTo(new StapledStatus.Unusable("the issuer does not know the certificate"));
        assertThat(read(OCSP.good(CERTIFICATES.named("other.example").leaf())))
                .isEqualTo(new StapledStatus.Unusable("it is of another certificate"));
        assertThat(read(TestOcsp.tryLater()))
                .isEqualTo(new StapledStatus.Unusable("the responder had no answer"));
        assertThat(read(new byte[70_000])).isEqualTo(new StapledStatus.Unusable("it is too long"));
        assertThat(read(CERTIFICATES.selfSigned("self.example"), OCSP.good(OWN.leaf()), NOW))
                .isEqualTo(new StapledStatus.Unusable("the certificate's issuer is not known"));
    }

    @Test
    void noBitOfAResponseCanBeChanged() {
        // Given a response, when a bit of it is turned, or its end is missing, then it never says
        // good, and reading it never fails.
        byte[] good = OCSP.good(OWN.leaf());
        for (int bit = 0; bit < good.length * 8; bit += 13) {
            byte[] changed = good.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(read(changed)).isInstanceOf(StapledStatus.Unusable.class);
            byte[] cut = Arrays.copyOf(good, bit / 8 + (bit < 8 ? 1 : 0));
            assertThat(read(cut)).isInstanceOf(StapledStatus.Unusable.class);
        }
    }

    @Test
    void whatACertificatePromisesIsMissedWhereItIsNot() {
        Identity promising = CERTIFICATES.mustStaple(Outbound.HOST);
        assertThat(read(OWN, new byte[0], NOW)).isEqualTo(new StapledStatus.None());
        assertThat(read(promising, new byte[0], NOW)).isEqualTo(new StapledStatus.Missing());
        assertThat(read(promising, OCSP.good(promising.leaf()), NOW))
                .isEqualTo(new StapledStatus.Good());
    }

    @ParameterizedTest
    @CsvSource({
        "OPENSSL_REFCNT, TLSv1.2",
        "OPENSSL_REFCNT, TLSv1.3",
        "JDK, TLSv1.2",
        "JDK, TLSv1.3",
    })
    void eitherLibraryOfTlsTellsWhatIsStapled(SslProvider provider, String protocol)
            throws SSLException {
        // Given a host that staples to its first connection that the certificate is good, then that
        // it is revoked, and then nothing.
        SslContext context = MatrixHost.staplingContext(OWN, protocol);
        try (var outbound =
                        new Outbound(
                                CERTIFICATES.roots(),
                                DialogueTimeouts.DEFAULT,
                                new Outbound.InMemory(),
                                provider);
                var partner =
                        ScriptedPartner.start(
                                stapling(context, OCSP.good(OWN.leaf())),
                                stapling(context, OCSP.revoked(OWN.leaf())),
                                stapling(context, new byte[0]))) {
            outbound.message("hello\r\n".getBytes(US_ASCII), "b");
            var demand = new TlsDemand.TrustedName(Outbound.BANK, Set.of(Outbound.HOST));

            // When mail is sent thrice, then once with a good status, once not, and once with none.
            assertThat(status(outbound.deliver(Outbound.host(partner.port(), demand))))
                    .isEqualTo(new StapledStatus.Good());
            var refused = outbound.deliver(Outbound.host(partner.port(), demand)).end();
            assertThat(((DemandsUnmet) refused).unmet().getFirst().shortfall())
                    .isEqualTo(Shortfall.REVOKED);
            assertThat(status(outbound.deliver(Outbound.host(partner.port(), demand))))
                    .isEqualTo(new StapledStatus.None());
        }
    }

    private static StapledStatus status(Outbound.Result result) {
        return ((Evidence.Encrypted) result.proof().evidence()).status();
    }

    private static ScriptedPartner.Script stapling(SslContext context, byte[] response) {
        return wire -> {
            wire.greet("STARTTLS");
            wire.answer("STARTTLS", "220 go");
            if (response.length == 0) wire.secure(context);
            else wire.secureStapling(context, response);
            wire.answerHello("PIPELINING");
            wire.take("250 queued");
            wire.quit();
        };
    }

    @Test
    void anIssuerThatIsNotSentIsFoundAmongTheRoots() {
        // Given a host certificate right below a root that nobody sends.
        var judge =
                new ChainJudge(
                        new TrustRoots(Set.of(OWN.chain().get(1))), () -> TestCertificates.NOW);
        List<X509Certificate> alone = List.of(OWN.leaf());
        assertThat(judge.status(alone, OCSP.revoked(OWN.leaf()), List.of()))
                .isInstanceOf(StapledStatus.Revoked.class);
    }
}
