package relay.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.TlsDemand.Encryption;
import relay.core.tls.TlsDemand.Legacy;
import relay.core.tls.TlsDemand.MinVersion;
import relay.core.tls.TlsDemand.OneOfSuites;
import relay.core.tls.TlsDemand.Pinned;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.StsMatch;
import relay.core.tls.TlsDemand.TrustedChain;
import relay.core.tls.TlsDemand.TrustedName;
import relay.core.tls.Unmet.Shortfall;

class StapledStatusTest {
    private static final Source BANK = new Source(Source.Kind.CONNECTOR, "bank");
    private static final RootSet.Own OWN = new RootSet.Own("own.pem", Set.of());
    private static final LegacyException OLD =
            new LegacyException(TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));

    /// All that any demand of [TlsDemandTest] wants, and `status`.
    static Evidence stapling(StapledStatus status) {
        return new Evidence.Encrypted(
                TlsVersion.TLS_1_3,
                "TLS_AES_128_GCM_SHA256",
                "",
                new ChainVerdict.Trusted(),
                Set.of("mx.bank.example"),
                List.of(),
                List.of(digests("10", "11"), digests("20", "21")),
                Map.of(OWN, new ChainVerdict.Trusted()),
                List.of(),
                status);
    }

    @Test
    void whatTheIssuerSaysOfACertificateCountsWhereAnIssuerCounts() {
        // Given demands that are met by who vouches for the host's certificate, and demands that
        // are met without anybody.
        List<TlsDemand> byIssuer =
                List.of(
                        new TrustedChain(BANK),
                        new TrustedChain(BANK, OWN),
                        new TrustedName(BANK, Set.of("mx.bank.example")),
                        new Legacy(new TrustedName(BANK, Set.of("mx.bank.example")), OLD),
                        new StsMatch(BANK, "mx.bank.example", List.of("*.bank.example")),
                        dane(2, "20"));
        List<TlsDemand> byNobody =
                List.of(
                        new Encryption(BANK),
                        new MinVersion(BANK, TlsVersion.TLS_1_3),
                        new OneOfSuites(BANK, Set.of(CipherSuite.TLS_AES_128_GCM_SHA256)),
                        new Pinned(BANK, Set.of(new TlsPin(TlsPin.Subject.KEY, "11"))),
                        dane(3, "10"));

        // Then all are met by a good status, and where none is promised;
        for (StapledStatus fine : List.of(new StapledStatus.None(), new StapledStatus.Good())) {
            assertThat(TlsDemand.unmet(byIssuer, stapling(fine))).isEmpty();
            assertThat(TlsDemand.unmet(byNobody, stapling(fine))).isEmpty();
        }

        // and by any other those alone that need nobody.
        Map<StapledStatus, Shortfall> bad =
                Map.of(
                        new StapledStatus.Revoked("r"), Shortfall.REVOKED,
                        new StapledStatus.Unusable("u"), Shortfall.OCSP_INVALID,
                        new StapledStatus.Missing(), Shortfall.OCSP_MISSING);
        bad.forEach((status, shortfall) -> {
            assertThat(TlsDemand.unmet(byIssuer, stapling(status)))
                    .hasSameSizeAs(byIssuer)
                    .extracting(Unmet::shortfall)
                    .containsOnly(shortfall);
            assertThat(TlsDemand.unmet(byNobody, stapling(status))).isEmpty();
        });
    }

    private static TlsDemand dane(int usage, String sha256) {
        return new TlsDemand.DaneMatch(
                BANK,
                "mx.bank.example",
                List.of(new Tlsa(usage, 0, 1, sha256)),
                Set.of("mx.bank.example"));
    }

    private static CertificateDigests digests(String certificate, String key) {
        return new CertificateDigests(
                new CertificateDigests.Forms("", certificate, ""),
                new CertificateDigests.Forms("", key, ""));
    }
}
