package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.tls.Evidence.ChainVerdict;
import relay.server.outbound.TestCertificates;

class ClientChainTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private final TestCertificates ours = new TestCertificates();

    @Test
    void certificatesThatLeadNowhereMakeAGoodChainNoWorse() {
        // Given a chain that is trusted, with as many others behind it as a client may send.
        assertThat(verdict(padded(ClientChain.MAX_CERTIFICATES)))
                .isEqualTo(new ChainVerdict.Trusted());
    }

    @Test
    void moreCertificatesThanAnyChainHasAreNotLookedAt() {
        // Given one more than that, among which ways to a root would have to be tried.
        assertThat(verdict(padded(ClientChain.MAX_CERTIFICATES + 1)))
                .isEqualTo(new ChainVerdict.Untrusted("9 certificates are no chain"));
    }

    private ChainVerdict verdict(List<X509Certificate> chain) {
        return ClientChain.verdict(chain, List.of(ours.rootCertificate()), NOW);
    }

    private List<X509Certificate> padded(int certificates) {
        var chain = new ArrayList<>(ours.forClients("mta1.example").chain());
        while (chain.size() < certificates) {
            chain.add(ours.forClients("mta2.example").leaf());
        }
        return chain;
    }
}
