package relay.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.TlsDemand.Encryption;
import relay.core.tls.TlsDemand.Legacy;
import relay.core.tls.TlsDemand.OneOfSuites;
import relay.core.tls.TlsDemand.Pinned;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.TrustedChain;
import relay.core.tls.TlsDemand.TrustedName;

/// Demands for cipher suites, which hold whatever was offered; and what an exception from the version
/// leaves of a demand.
class SuiteDemandsTest {
    private static final Source BANK = new Source(Source.Kind.CONNECTOR, "bank");
    private static final LegacyException OLD =
            new LegacyException(TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));
    private static final RootSet.Own OWN = new RootSet.Own("own.pem", Set.of());

    @ParameterizedTest
    @CsvSource({
        "TLS_AES_128_GCM_SHA256, true",
        "TLS_AES_256_GCM_SHA384, true",
        "TLS_CHACHA20_POLY1305_SHA256, false",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, false",
        "TLS_NOT_OF_OURS, false",
    })
    void aDemandForSuitesIsMetByOneOfThemAlone(String seen, boolean met) {
        // Given a demand for two suites, as it is and with an exception from the version.
        var suites =
                new OneOfSuites(
                        BANK,
                        Set.of(
                                CipherSuite.TLS_AES_128_GCM_SHA256,
                                CipherSuite.TLS_AES_256_GCM_SHA384));
        for (TlsDemand demand : List.of(suites, new Legacy(suites, OLD))) {
            // When a connection has this one, then the demand is met, or the suite is why not.
            assertThat(TlsDemand.unmet(List.of(demand), encrypted(seen)))
                    .extracting(unmet -> unmet.shortfall() + " " + unmet.seen())
                    .isEqualTo(
                            met ? List.of() : List.of(Unmet.Shortfall.SUITE_MISMATCH + " " + seen));
        }
    }

    @Test
    void demandsForSuitesThatContradictAreNeverMet() {
        var one = new OneOfSuites(BANK, Set.of(CipherSuite.TLS_AES_128_GCM_SHA256));
        var other = new OneOfSuites(BANK, Set.of(CipherSuite.TLS_AES_256_GCM_SHA384));
        for (CipherSuite suite : CipherSuite.ALL) {
            assertThat(TlsDemand.unmet(List.of(one, other), encrypted(suite.name()))).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void aSuiteIsOfTls13OrOfTheVersionsBefore(CipherSuite suite) {
        // RFC 8446 §B.4 has three that we use.
        boolean newest =
                EnumSet.range(
                                CipherSuite.TLS_AES_128_GCM_SHA256,
                                CipherSuite.TLS_CHACHA20_POLY1305_SHA256)
                        .contains(suite);
        assertThat(suite.isOf(TlsVersion.TLS_1_3)).isEqualTo(newest);
        assertThat(suite.isOf(TlsVersion.TLS_1_2)).isNotEqualTo(newest);
    }

    @Test
    void anExceptionFromTheVersionStillAsksForRootsAndPins() {
        var chain = new TrustedChain(BANK, OWN);
        var name = new TrustedName(BANK, Set.of("mx.bank.example"), OWN);
        var pinned = new Pinned(BANK, Set.of(new TlsPin(TlsPin.Subject.KEY, "0".repeat(64))));
        for (TlsDemand demand : List.of(chain, name)) {
            assertThat(TlsDemand.ownRoots(List.of(demand))).containsExactly(OWN);
            assertThat(TlsDemand.ownRoots(List.of(new Legacy(demand, OLD)))).containsExactly(OWN);
            assertThat(TlsDemand.askForPins(List.of(demand))).isFalse();
        }
        for (TlsDemand demand : List.of(pinned, new Legacy(pinned, OLD))) {
            assertThat(TlsDemand.ownRoots(List.of(demand))).isEmpty();
            assertThat(TlsDemand.askForPins(List.of(new Encryption(BANK), demand))).isTrue();
        }
    }

    private static Evidence encrypted(String suite) {
        return new Evidence.Encrypted(
                TlsVersion.TLS_1_3,
                suite,
                "",
                new Evidence.ChainVerdict.Trusted(),
                Set.of("mx.bank.example"),
                List.of());
    }
}
