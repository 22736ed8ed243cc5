package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.routing.ConnectorTls;
import relay.core.tls.KeyExchangeGroup;
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
