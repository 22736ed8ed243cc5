package relay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.routing.ConnectorTls;
import relay.core.tls.CipherSuite;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.KeyExchangeGroup;
import relay.core.tls.LegacyException;
import relay.core.tls.ProtocolTerms;
import relay.core.tls.TlsOffer;
import relay.core.tls.TlsPin;
import relay.core.tls.TlsPin.Subject;
import relay.core.tls.TlsTerms;

/// What a connector or a `domains` entry says of TLS beside its level.
class TlsOptionsTest {
    private static final String DIGEST =
            "8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1";

    @TempDir Path temporary;

    @Test
    void pinsAreWrittenAsOpensslPrintsThemOrInOneWord() throws IOException {
        // Given a connector and a floor with pins.
        String colons = DIGEST.toUpperCase(java.util.Locale.ROOT).replaceAll("..(?!$)", "$0:");
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                ConfFolder.GOOD_CONNECTORS
                                        + """
                                            requireTls: true
                                            tlsPins: ["sha256/cert:%s", "sha256/key:%s"]
                                        domains:
                                          - domain: bank.example
                                            requireTls: true
                                            tlsPins: ["sha256/key:%s"]
                                        """
                                                .formatted(colons, DIGEST, DIGEST));

        // When they are read.
        Configuration read = folder.accepted();

        // Then each is what it says.
        var key = new TlsPin(Subject.KEY, DIGEST);
        assertThat(read.sendConnectors().getFirst().tlsOptions().terms().pins())
                .containsExactlyInAnyOrder(key, new TlsPin(Subject.CERTIFICATE, DIGEST));
        assertThat(read.domainFloors().getFirst().terms().pins()).containsExactly(key);
    }

    @Test
    void groupsStandInTheOrderTheyAreWanted() throws IOException {
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                ConfFolder.GOOD_CONNECTORS + "    tlsGroups: [P-384, X25519]\n");
        assertThat(folder.accepted().sendConnectors().getFirst().tlsOptions().offer().groups())
                .containsExactly(KeyExchangeGroup.P_384, KeyExchangeGroup.X25519);
    }

    @Test
    void versionsSuitesAndAnExceptionStandAtAConnectorAndAtAFloor() throws IOException {
        // Given a connector that wants TLS 1.3 and a floor that makes an exception.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                ConfFolder.GOOD_CONNECTORS
                                        + """
                                            requireTls: true
                                            tlsMinVersion: TLSv1.3
                                        domains:
                                          - domain: old.example
                                            requireTls: true
                                            tlsCipherSuites: [TLS_RSA_WITH_AES_128_CBC_SHA]
                                            tlsLegacyException: { minVersion: TLSv1.0, until: 2027-03-31 }
                                        """);

        // When they are read.
        Configuration read = folder.accepted();

        // Then each is what it says.
        assertThat(read.sendConnectors().getFirst().tlsOptions().terms().protocol())
                .isEqualTo(new ProtocolTerms(TlsVersion.TLS_1_3, Set.of(), List.of()));
        var exception = new LegacyException(TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));
        assertThat(read.domainFloors().getFirst().terms().protocol())
                .isEqualTo(
                        new ProtocolTerms(
                                TlsVersion.TLS_1_2,
                                Set.of(CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA),
                                List.of(exception)));
        assertThat(read.policyTable().exceptions())
                .containsExactly(entry("domain old.example", exception));

        // And it holds to the end of that day, in UTC.
        var lastMoment = Instant.parse("2027-03-31T23:59:59.999Z");
        assertThat(read.policyTable(lastMoment).exceptions()).hasSize(1);
        assertThat(read.policyTable(lastMoment.plusMillis(1)).exceptions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2027-03-31T23:59:59Z | TLSv1.0 accepted until 2027-03-31, then TLSv1.2",
                "2027-04-01T00:00:00Z | the exception is over since 2027-04-01T00:00:00Z: TLSv1.2 or"
                        + " newer is demanded"
            })
    void anExceptionIsNotedBeforeItsEndAndAfter(Instant now, String note) throws IOException {
        // Given an exception that ends.
        ConfFolder.in(temporary)
                .connectors(
                        ConfFolder.GOOD_CONNECTORS
                                + """
                                    requireTls: true
                                    tlsLegacyException: { minVersion: TLSv1.0, until: 2027-03-31 }
                                """);

        // When the files are read at a time.
        var reader = new ConfigurationReader(() -> "relay.example.net", () -> now);
        var read = reader.read(temporary, Map.of("FILTER_PASSWORD", "from env"));

        // Then it is said what holds.
        assertThat(read)
                .isInstanceOfSatisfying(
                        ConfigurationResult.Accepted.class,
                        accepted ->
                                assertThat(accepted.configuration().notes())
                                        .extracting(ConfigurationNote::text)
                                        .contains(note));
    }

    @Test
    void whatIsLeftOutDemandsNothing() throws IOException {
        Configuration read = ConfFolder.in(temporary).accepted();
        assertThat(read.sendConnectors().getFirst().tlsOptions())
                .isEqualTo(new ConnectorTls(TlsTerms.NONE, TlsOffer.DEFAULT));
    }

    @Test
    void anEntryWithoutPinsInsideOneWithPinsIsNoted() throws IOException {
        // Given a floor with a pin, and a smaller one of the same level without.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                ConfFolder.GOOD_CONNECTORS
                                        + """
                                        domains:
                                          - domain: "*.bank.example"
                                            requireTls: true
                                            tlsPins: ["sha256/key:%s"]
                                          - domain: shop.bank.example
                                            requireTls: true
                                        """
                                                .formatted(DIGEST));

        // Then the operator is told which counts.
        assertThat(folder.notes())
                .containsExactly(
                        "connectors.yaml:12:13: note: shop.bank.example demands less than"
                                + " *.bank.example at connectors.yaml:9:13, and the entry that fits"
                                + " best counts");
    }
}
