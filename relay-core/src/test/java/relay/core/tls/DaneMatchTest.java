package relay.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.tls.CertificateDigests.Forms;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.TlsDemand.DaneMatch;
import relay.core.tls.TlsDemand.Encryption;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.Unmet.Shortfall;

/// Which certificates TLSA records are about. The digests are words, so that a test reads.
class DaneMatchTest {
    private static final Source DANE = new Source(Source.Kind.DANE, "mx.bank.example");
    private static final CertificateDigests OWN = digests("own");
    private static final CertificateDigests ISSUER = digests("issuer");
    private static final String ITS_NAME = "mx.bank.example";

    @ParameterizedTest
    @CsvSource({
        "0, 0, own certificate whole",
        "0, 1, own certificate sha256",
        "0, 2, own certificate sha512",
        "1, 0, own key whole",
        "1, 1, own key sha256",
        "1, 2, own key sha512"
    })
    void eachRecordIsComparedWithItsOwnForm(int selector, int matchingType, String form) {
        // Given one form of the host's certificate, and a record of each kind that holds it.
        for (int otherSelector = 0; otherSelector <= 1; otherSelector++) {
            for (int otherType = 0; otherType <= 3; otherType++) {
                var record = new Tlsa(3, otherSelector, otherType, form);

                // When the host shows that certificate, then the record of that kind alone fits.
                boolean same = otherSelector == selector && otherType == matchingType;
                assertThat(shortfalls(record, List.of(OWN)))
                        .as(record.toString())
                        .isEqualTo(same ? List.of() : List.of(Shortfall.TLSA_MISMATCH));
            }
        }
    }

    @Test
    void aRecordAboutTheHostIsMetByItsOwnCertificateAlone() {
        // Given a record about the host's own key (DANE-EE).
        var record = new Tlsa(3, 1, 1, "own key sha256");

        // When the key is the host's, whatever name it has, or an issuer's, or nobody's.
        // Then only the first will do.
        assertThat(shortfalls(record, List.of(OWN, ISSUER))).isEmpty();
        assertThat(shortfalls(record, List.of(ISSUER, OWN), ITS_NAME))
                .containsExactly(Shortfall.TLSA_MISMATCH);
        assertThat(shortfalls(record, List.of(), ITS_NAME))
                .containsExactly(Shortfall.TLSA_MISMATCH);
    }

    @Test
    void aRecordAboutAnIssuerWantsThatIssuerAndTheName() {
        // Given a record about an issuer's key (DANE-TA).
        var record = new Tlsa(2, 1, 1, "issuer key sha256");

        // When the issuer vouches for the host, for another host, or is the host itself.
        // Then only the first will do.
        assertThat(shortfalls(record, List.of(OWN, ISSUER), ITS_NAME)).isEmpty();
        assertThat(shortfalls(record, List.of(OWN, ISSUER), "mx.else.example"))
                .containsExactly(Shortfall.NAME_MISMATCH);
        assertThat(shortfalls(record, List.of(ISSUER, OWN), ITS_NAME))
                .containsExactly(Shortfall.TLSA_MISMATCH);
    }

    @Test
    void whatDoesNotFitIsShownByItsDigests() {
        // Given a certificate that no record is about, when it is refused, then the operator can
        // compare it with the records.
        Unmet unmet = unmet(new Tlsa(3, 1, 1, "another"), List.of(OWN)).getFirst();
        assertThat(unmet.toString()).contains("own certificate sha256").contains("own key sha256");
    }

    @Test
    void onlyAWholeIssuerIsAnAnchor() {
        assertThat(new Tlsa(2, 0, 0, "aa").anchor()).isEqualTo("aa");
        assertThat(new Tlsa(2, 1, 0, "aa").anchor()).isEqualTo("aa");
        assertThat(new Tlsa(2, 0, 1, "aa").anchor()).isEmpty();
        assertThat(new Tlsa(3, 0, 0, "aa").anchor()).isEmpty();
        assertThat(new Tlsa(2, 0, 0, "aa").isOfKey()).isFalse();
        assertThat(new Tlsa(2, 1, 0, "aa").isOfKey()).isTrue();
        assertThat(new Tlsa(2, 0, 0, "aa").isForIssuer()).isTrue();
        assertThat(new Tlsa(3, 0, 0, "aa").isForIssuer()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void tls12IsTheOldestThatMeetsADemand(TlsVersion version) {
        var evidence = evidence(version, List.of());
        assertThat(TlsDemand.unmet(List.of(new Encryption(DANE)), evidence).isEmpty())
                .isEqualTo(Set.of("TLSv1.2", "TLSv1.3").contains(version.label()));
    }

    @Test
    void aNameWithoutAFirstLabelFitsNoWildcard() {
        assertThat(CertificateName.fits("*.bank.example", ".bank.example")).isFalse();
        assertThat(CertificateName.fits(".bank.example", "*.bank.example")).isFalse();
        assertThat(CertificateName.fits("*.bank.example", "x.bank.example")).isTrue();
    }

    private static List<Shortfall> shortfalls(
            Tlsa record, List<CertificateDigests> path, String... names) {
        return unmet(record, path, names).stream().map(Unmet::shortfall).toList();
    }

    private static List<Unmet> unmet(Tlsa record, List<CertificateDigests> path, String... names) {
        var demand = new DaneMatch(DANE, ITS_NAME, List.of(record), Set.of(ITS_NAME));
        return TlsDemand.unmet(List.of(demand), evidence(TlsVersion.TLS_1_3, path, names));
    }

    private static Evidence evidence(
            TlsVersion version, List<CertificateDigests> path, String... names) {
        return new Evidence.Encrypted(
                version,
                "TLS_AES_128_GCM_SHA256",
                "",
                new Evidence.ChainVerdict.Untrusted("no common root"),
                Set.of(names),
                List.of(),
                path);
    }

    private static CertificateDigests digests(String whose) {
        return new CertificateDigests(forms(whose + " certificate"), forms(whose + " key"));
    }

    private static Forms forms(String of) {
        return new Forms(of + " whole", of + " sha256", of + " sha512");
    }
}
