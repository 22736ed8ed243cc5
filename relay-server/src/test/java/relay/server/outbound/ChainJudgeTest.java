package relay.server.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.tls.CertificateDigests;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.TlsDemand;
import relay.server.outbound.TestCertificates.Identity;
import relay.server.testing.Samples;

class ChainJudgeTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private final ChainJudge judge =
            new ChainJudge(CERTIFICATES.roots(), () -> TestCertificates.NOW);

    @Test
    void aChainThatEndsAtARootIsTrusted() {
        assertThat(judge.judge(CERTIFICATES.named("a.example").chain()))
                .isEqualTo(new ChainVerdict.Trusted());
    }

    @Test
    void theClockIsTheOneThatWasGiven() {
        // Given a good chain, when the clock stands three days later or earlier, then it is
        // expired.
        List<java.security.cert.X509Certificate> chain = CERTIFICATES.named("a.example").chain();
        for (int days : new int[] {-3, 3}) {
            var then =
                    new ChainJudge(
                            CERTIFICATES.roots(),
                            () -> TestCertificates.NOW.plus(Duration.ofDays(days)));
            assertThat(then.judge(chain)).isInstanceOf(ChainVerdict.Expired.class);
        }
    }

    @Test
    void anExpiredChainOfAForeignRootIsUntrusted() {
        assertThat(judge.judge(new TestCertificates().expired("a.example").chain()))
                .isInstanceOf(ChainVerdict.Untrusted.class);
    }

    @Test
    void aChainWithAGapIsUntrusted() {
        assertThat(judge.judge(CERTIFICATES.withoutIntermediate("a.example").chain()))
                .isInstanceOf(ChainVerdict.Untrusted.class);
    }

    @Test
    void aCertificateForClientsIsUntrusted() {
        assertThat(judge.judge(CERTIFICATES.forClients("a.example").chain()))
                .isInstanceOf(ChainVerdict.Untrusted.class);
    }

    @Test
    void noCertificateIsUntrusted() {
        assertThat(judge.judge(List.of())).isInstanceOf(ChainVerdict.Untrusted.class);
    }

    @Test
    void aChainOfMoreThanTenIsNotLookedThrough() {
        // Given a good chain with as many superfluous certificates as make it ten, and one more.
        Identity identity = CERTIFICATES.named("a.example");
        var chain = new ArrayList<>(identity.chain());
        while (chain.size() < 10) chain.add(identity.chain().getLast());
        assertThat(judge.judge(chain)).isEqualTo(new ChainVerdict.Trusted());
        assertThat(judge.path(chain, List.of(anchoredAt(identity)))).hasSizeGreaterThan(1);
        chain.add(identity.chain().getLast());

        // Then the longer one is not trusted, by an anchor in the DNS neither, and the reason says
        // so.
        assertThat(judge.judge(chain))
                .isEqualTo(
                        new ChainVerdict.Untrusted(
                                "the host sent a chain of 11 certificates, and more than 10 are"
                                        + " not looked through"));
        assertThat(judge.path(chain, List.of(anchoredAt(identity))))
                .containsExactly(CertificateDigests.of(identity.leaf()));
    }

    private static TlsDemand anchoredAt(Identity identity) {
        var record = TestTlsa.certificate(2, 0, identity.chain().getLast());
        return new TlsDemand.DaneMatch(
                Samples.DEMAND.source(), "a.example", List.of(record), Set.of("a.example"));
    }

    @Test
    void aSelfSignedCertificateCanBeARootOfItsOwn(@TempDir Path folder) throws IOException {
        // Given a partner's self-signed certificate in a PEM file.
        Identity identity = CERTIFICATES.selfSigned("a.example");
        Path file = folder.resolve("roots.pem");
        Files.writeString(file, pem(identity));

        // Then it is trusted by that file, and by no other.
        var itself = new ChainJudge(TrustRoots.pem(file), () -> TestCertificates.NOW);
        assertThat(itself.judge(identity.chain())).isEqualTo(new ChainVerdict.Trusted());
        assertThat(judge.judge(identity.chain()))
                .isEqualTo(new ChainVerdict.Untrusted("self-signed: CN=self"));
        var nobody = new ChainJudge(new TrustRoots(Set.of()), () -> TestCertificates.NOW);
        assertThat(nobody.judge(identity.chain())).isInstanceOf(ChainVerdict.Untrusted.class);
    }

    private static String pem(Identity identity) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder().encodeToString(identity.leaf().getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theSystemHasRoots() {
        assertThat(TrustRoots.system().certificates()).isNotEmpty();
    }
}
