package relay.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

class TlsDemandTest {
    private static final Source BANK = new Source(Source.Kind.CONNECTOR, "bank");
    private static final ChainVerdict TRUSTED = new ChainVerdict.Trusted();
    private static final RootSet.Own OWN = new RootSet.Own("own.pem", Set.of());
    private static final RootSet.Own OTHER = new RootSet.Own("other.pem", Set.of());
    private static final LegacyException OLD =
            new LegacyException(TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));
    private static final List<TlsDemand> EVERY_DEMAND =
            List.of(
                    new Encryption(BANK),
                    new TrustedChain(BANK),
                    new TrustedName(BANK, Set.of("mx.bank.example")),
                    new TrustedName(BANK, Set.of("*.other.example")),
                    new TrustedChain(BANK, OWN),
                    new TrustedName(BANK, Set.of("mx.bank.example"), OWN),
                    new TrustedName(BANK, Set.of("mx.bank.example"), OTHER),
                    new Pinned(BANK, Set.of(new TlsPin(TlsPin.Subject.KEY, "11"))),
                    new Pinned(BANK, Set.of(new TlsPin(TlsPin.Subject.CERTIFICATE, "20"))),
                    new StsMatch(BANK, "mx.bank.example", List.of("*.bank.example")),
                    new StsMatch(BANK, "mx.bank.example", List.of("mx.else.example")),
                    new MinVersion(BANK, TlsVersion.TLS_1_3),
                    new OneOfSuites(BANK, Set.of(CipherSuite.TLS_AES_128_GCM_SHA256)),
                    new Legacy(new Encryption(BANK), OLD),
                    new Legacy(new TrustedName(BANK, Set.of("mx.bank.example")), OLD));
    private static final List<Evidence> EVERY_EVIDENCE = everyEvidence();

    @Test
    void plaintextMeetsOnlyTheEmptyList() {
        var plaintext = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "no STARTTLS");
        assertThat(TlsDemand.unmet(List.of(), plaintext)).isEmpty();
        assertThat(EVERY_DEMAND)
                .allSatisfy(demand ->
                        assertThat(TlsDemand.unmet(List.of(demand), plaintext)).hasSize(1));
    }

    @Test
    void anotherDemandNeverMakesARefusedConnectionAcceptable() {
        for (Evidence evidence : EVERY_EVIDENCE) {
            for (TlsDemand one : EVERY_DEMAND) {
                for (TlsDemand more : EVERY_DEMAND) {
                    int alone = TlsDemand.unmet(List.of(one), evidence).size();
                    int both = TlsDemand.unmet(List.of(one, more), evidence).size();
                    int turned = TlsDemand.unmet(List.of(more, one), evidence).size();
                    assertThat(both).isGreaterThanOrEqualTo(alone).isEqualTo(turned);
                }
            }
        }
    }

    @Test
    void oldProtocolsMeetNoDemand() {
        Evidence old = encrypted(TlsVersion.TLS_1_1, TRUSTED, "mx.bank.example");
        assertThat(TlsDemand.unmet(List.of(new Encryption(BANK)), old))
                .extracting(Unmet::shortfall)
                .containsExactly(Shortfall.OLD_PROTOCOL);
    }

    @ParameterizedTest
    @CsvSource({
        "TLS_1_0, 1.0 until, ''",
        "TLS_1_0, 1.0 until + encryption, OLD_PROTOCOL",
        "TLS_1_0, 1.0 until + mta-sts, OLD_PROTOCOL",
        "TLS_1_2, 1.3, OLD_PROTOCOL",
        "TLS_1_2, encryption + 1.3, OLD_PROTOCOL",
        "TLS_1_3, encryption + 1.3, ''",
        "TLS_1_2, 1.0 until + 1.3, OLD_PROTOCOL",
    })
    void theStrictestVersionWins(TlsVersion seen, String demanded, String missing) {
        Map<String, TlsDemand> demands =
                Map.of(
                        "1.0 until", new Legacy(new Encryption(BANK), OLD),
                        "1.3", new MinVersion(BANK, TlsVersion.TLS_1_3),
                        "encryption", new Encryption(BANK),
                        "mta-sts",
                                new StsMatch(BANK, "mx.bank.example", List.of("*.bank.example")));
        List<TlsDemand> list = Stream.of(demanded.split(" [+] ")).map(demands::get).toList();
        assertThat(TlsDemand.unmet(list, encrypted(seen, TRUSTED, "mx.bank.example")))
                .extracting(unmet -> unmet.shortfall().name())
                .isEqualTo(missing.isEmpty() ? List.of() : List.of(missing));
    }

    @Test
    void anExceptionIsForTheVersionAlone() {
        var demand = new Legacy(new TrustedName(BANK, Set.of("mx.bank.example")), OLD);
        Evidence other = encrypted(TlsVersion.TLS_1_0, TRUSTED, "other.example");
        assertThat(TlsDemand.unmet(List.of(demand), other).getFirst())
                .hasToString(
                        "a trusted certificate for mx.bank.example (connector bank), TLSv1.0"
                                + " accepted until 2027-03-31: name-mismatch (the certificate is for"
                                + " other.example)");
    }

    @Test
    void noExceptionIsMadeFromWhatAPartnerPublishes() {
        var published = new StsMatch(BANK, "mx.bank.example", List.of("*.bank.example"));
        assertThatThrownBy(() -> new Legacy(published, OLD))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlySuitesThatEveryDemandAcceptsAreOffered() {
        var one =
                new OneOfSuites(
                        BANK,
                        Set.of(
                                CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
                                CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256));
        var other =
                new Legacy(
                        new OneOfSuites(
                                BANK, Set.of(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)),
                        OLD);
        var neither = new OneOfSuites(BANK, Set.of(CipherSuite.TLS_AES_128_GCM_SHA256));
        assertThat(TlsOffer.DEFAULT.fit(List.of(one, other)).suites())
                .containsExactly(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
        assertThat(TlsOffer.DEFAULT.fit(List.of(new Encryption(BANK)))).isEqualTo(TlsOffer.DEFAULT);
        assertThat(TlsOffer.DEFAULT.fit(List.of(one, neither))).isEqualTo(TlsOffer.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({
        "*.bank.example, mx.bank.example, ''",
        "mx.bank.example, mx.bank.example, ''",
        "mx.bank.example, mx.else.example, NAME_MISMATCH",
        "mx.else.example, mx.bank.example, MX_MISMATCH"
    })
    void anMtaStsPolicyWantsAListedHostWithACertificateOfItsName(
            String listed, String presented, String missing) {
        // RFC 8461 §4.2.
        var demand = new StsMatch(BANK, "mx.bank.example", List.of(listed));
        Evidence evidence = encrypted(TlsVersion.TLS_1_3, TRUSTED, presented);
        assertThat(TlsDemand.unmet(List.of(demand), evidence))
                .extracting(unmet -> unmet.shortfall().name())
                .isEqualTo(missing.isEmpty() ? List.of() : List.of(missing));
    }

    @Test
    void aNameIsOfNoUseWithoutTrust() {
        var demand = new TrustedName(BANK, Set.of("mx.bank.example"));
        Evidence selfSigned =
                encrypted(
                        TlsVersion.TLS_1_3,
                        new ChainVerdict.Untrusted("self-signed"),
                        "mx.bank.example");
        Evidence expired =
                encrypted(
                        TlsVersion.TLS_1_3,
                        new ChainVerdict.Expired("since yesterday"),
                        "mx.bank.example");
        assertThat(TlsDemand.unmet(List.of(demand), selfSigned).getFirst().shortfall())
                .isEqualTo(Shortfall.UNTRUSTED);
        assertThat(TlsDemand.unmet(List.of(demand), expired).getFirst().shortfall())
                .isEqualTo(Shortfall.EXPIRED);
    }

    @ParameterizedTest
    @CsvSource({
        "mx.bank.example, mx.bank.example, true",
        "mx.bank.example, mx2.bank.example, false",
        "*.bank.example, mx.bank.example, true",
        "*.bank.example, a.mx.bank.example, false",
        "*.bank.example, bank.example, false",
        "mx.bank.example, *.bank.example, true",
        "a.mx.bank.example, *.bank.example, false",
        "bank.example, *.bank.example, false",
        "*.bank.example, *.bank.example, true",
        "*.example, bank.example, false",
        "m*.bank.example, mx.bank.example, false",
        "*, bank, false",
    })
    void aWildcardIsOneWholeLabel(String presented, String wanted, boolean fits) {
        var demand = new TrustedName(BANK, Set.of(wanted));
        Evidence evidence = encrypted(TlsVersion.TLS_1_3, TRUSTED, presented);
        assertThat(TlsDemand.unmet(List.of(demand), evidence).isEmpty()).isEqualTo(fits);
    }

    @Test
    void aReasonNamesAFewOfACertificatesNames() {
        // Given a certificate of a host for a thousand domains.
        var demand = new TrustedName(BANK, Set.of("mx.bank.example"));
        String[] names =
                IntStream.range(0, 1000)
                        .mapToObj("n%03d.example"::formatted)
                        .toArray(String[]::new);
        Evidence evidence = encrypted(TlsVersion.TLS_1_3, TRUSTED, names);

        // Then the reason stays short.
        assertThat(TlsDemand.unmet(List.of(demand), evidence).getFirst().seen())
                .isEqualTo(
                        "the certificate is for n000.example, n001.example, n002.example,"
                                + " n003.example, n004.example and 995 more");
    }

    @Test
    void theReasonSaysWhoseDemandItIsAndWhatWasSeen() {
        var demand = new TrustedName(BANK, Set.of("mx.bank.example"));
        Evidence evidence = encrypted(TlsVersion.TLS_1_3, TRUSTED, "mx.evil.example");
        assertThat(TlsDemand.unmet(List.of(demand), evidence).getFirst())
                .hasToString(
                        "a trusted certificate for mx.bank.example (connector bank): name-mismatch"
                                + " (the certificate is for mx.evil.example)");
    }

    private static List<Evidence> everyEvidence() {
        var all = new ArrayList<Evidence>();
        all.add(new Evidence.Plaintext(Shortfall.NOT_OFFERED, ""));
        all.add(StapledStatusTest.stapling(new StapledStatus.Revoked("r")));
        all.add(StapledStatusTest.stapling(new StapledStatus.Missing()));
        for (TlsVersion version : TlsVersion.values()) {
            for (ChainVerdict verdict :
                    List.of(
                            TRUSTED,
                            new ChainVerdict.Expired("e"),
                            new ChainVerdict.Untrusted("u"))) {
                all.add(encrypted(version, verdict, "mx.bank.example"));
                all.add(encrypted(version, verdict, "x.other.example"));
                all.add(judged(version, verdict, Map.of(OWN, TRUSTED)));
                all.add(judged(version, TRUSTED, Map.of(OWN, verdict, OTHER, TRUSTED)));
                all.add(showing(version, verdict, digests("10", "11")));
                all.add(showing(version, verdict, digests("20", "21")));
            }
        }
        return all;
    }

    private static Evidence encrypted(TlsVersion version, ChainVerdict verdict, String... names) {
        return new Evidence.Encrypted(
                version, "TLS_AES_128_GCM_SHA256", "", verdict, Set.of(names), List.of());
    }

    private static Evidence judged(
            TlsVersion version, ChainVerdict verdict, Map<RootSet.Own, ChainVerdict> own) {
        return new Evidence.Encrypted(
                version,
                "TLS_AES_128_GCM_SHA256",
                "",
                verdict,
                Set.of("mx.bank.example"),
                List.of(),
                List.of(),
                own,
                List.of(),
                new StapledStatus.None());
    }

    @Test
    void rootsOfAnEntryStandInForTheCommonOnesInItsDemandsAlone() {
        // Given a chain that ends at a root of own.pem, and at none of the common ones.
        Evidence evidence =
                judged(
                        TlsVersion.TLS_1_3,
                        new ChainVerdict.Untrusted("no path"),
                        Map.of(OWN, TRUSTED));
        var own = new TrustedChain(BANK, OWN);
        var common = new TrustedChain(BANK);
        var other = new TrustedName(BANK, Set.of("mx.bank.example"), OTHER);

        // Then that demand is met; those of the common roots, and of roots that nobody judged by,
        // are not.
        assertThat(TlsDemand.unmet(List.of(own), evidence)).isEmpty();
        assertThat(TlsDemand.unmet(List.of(own, common, other), evidence))
                .extracting(Unmet::demand, Unmet::shortfall)
                .containsExactly(
                        tuple(common, Shortfall.UNTRUSTED), tuple(other, Shortfall.UNTRUSTED));
        assertThat(TlsDemand.ownRoots(List.of(common, own, other)))
                .containsExactlyInAnyOrder(OWN, OTHER);
    }

    private static CertificateDigests digests(String certificate, String key) {
        return new CertificateDigests(
                new CertificateDigests.Forms("", certificate, ""),
                new CertificateDigests.Forms("", key, ""));
    }

    private static Evidence showing(
            TlsVersion version, ChainVerdict verdict, CertificateDigests... path) {
        return new Evidence.Encrypted(
                version, "TLS_AES_128_GCM_SHA256", "", verdict, Set.of(), List.of(), List.of(path));
    }

    @ParameterizedTest
    @CsvSource({
        "CERTIFICATE, 10, true",
        "KEY, 11, true",
        "CERTIFICATE, 11, false",
        "KEY, 10, false",
        "CERTIFICATE, 20, false",
        "KEY, 21, false",
    })
    void aPinIsMetByTheHostsOwnCertificateAlone(
            TlsPin.Subject subject, String sha256, boolean met) {
        // Given an untrusted certificate 10 with key 11, above it an issuer 20 with key 21.
        Evidence evidence =
                showing(
                        TlsVersion.TLS_1_3,
                        new ChainVerdict.Untrusted("u"),
                        digests("10", "11"),
                        digests("20", "21"));

        // When it is compared with a pin and another that does not fit.
        var pins = Set.of(new TlsPin(subject, sha256), new TlsPin(TlsPin.Subject.KEY, "99"));
        List<Unmet> unmet = TlsDemand.unmet(List.of(new Pinned(BANK, pins)), evidence);

        // Then one is enough, and trust is no matter.
        assertThat(unmet.isEmpty()).isEqualTo(met);
        assertThat(unmet).allMatch(each -> each.shortfall() == Shortfall.PIN_MISMATCH);
    }

    @Test
    void aPinIsNotMetWhereNoCertificateWasSent() {
        var demand = new Pinned(BANK, Set.of(new TlsPin(TlsPin.Subject.KEY, "11")));
        Evidence bare = encrypted(TlsVersion.TLS_1_3, TRUSTED);
        assertThat(TlsDemand.unmet(List.of(demand), bare).getFirst())
                .hasToString(
                        "a pinned certificate (connector bank): pin-mismatch"
                                + " (the host sent no certificate)");
    }

    @Test
    void aDemandForANameTellsWhichOfTheCertificatesNamesMeetIt() {
        // Given a demand for two names and a certificate with a wildcard, one of them, and another.
        var demand =
                new TrustedName(
                        new Source(Source.Kind.CONNECTOR, "bank"),
                        Set.of("mx.bank.example", "gate.bank.example"));

        // When it is asked, then the two that fit are named.
        assertThat(demand.metBy(Set.of("*.bank.example", "mx.bank.example", "www.example")))
                .containsExactly("*.bank.example", "mx.bank.example");
    }
}
