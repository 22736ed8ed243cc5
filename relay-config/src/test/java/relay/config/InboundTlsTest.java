package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.Domain;

class InboundTlsTest {
    @TempDir Path temporary;

    @Test
    void anEntryForInboundMailAloneLowersNoFloor() throws IOException {
        // Given a floor for everyone, and a domain that only wants its own mail to come over TLS.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                ConfFolder.GOOD_CONNECTORS
                                        + """
                                        domains:
                                          - { domain: "*", requireTls: true }
                                          - { domain: bank.example, requireTlsInbound: true }
                                          - domain: "*.clinic.example"
                                            requireTls: true
                                            requireTlsInbound: true
                                        """);

        // When it is read.
        var policy = folder.accepted().policyTable();

        // Then what leaves for the domain still has the floor, and what comes needs TLS.
        var bank = new Domain("bank.example");
        assertThat(policy.floor(bank).orElseThrow().pattern()).hasToString("*");
        assertThat(policy.demandsInboundTls(bank)).isTrue();
        assertThat(policy.demandsInboundTls(new Domain("x.bank.example"))).isFalse();
        assertThat(policy.demandsInboundTls(new Domain("x.clinic.example"))).isTrue();
        assertThat(policy.demandsInboundTls(new Domain("other.example"))).isFalse();
    }

    @Test
    void whatContradictsItselfIsAnError() throws IOException {
        // Given entries that say too little, twice the same, or a level of nothing.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                ConfFolder.GOOD_CONNECTORS
                                        + """
                                        domains:
                                          - domain: a.example
                                          - domain: b.example
                                            requireTlsInbound: true
                                            tlsAuthLevel: EncryptionOnly
                                          - domain: b.example
                                            requireTls: true
                                          - domain: c.example
                                            requireTlsInbound: false
                                        """);

        // When they are read, then each is refused at its place.
        assertThat(folder.refused())
                .containsExactly(
                        "connectors.yaml:9:5: `requireTls` is missing (for example requireTls:"
                                + " true)",
                        "connectors.yaml:12:5: `tlsAuthLevel` without `requireTls` (add requireTls:"
                                + " true)",
                        "connectors.yaml:13:13: `b.example` has an entry already (at"
                                + " connectors.yaml:10:13)",
                        "connectors.yaml:16:24: `false` demands nothing (write true, or remove the"
                                + " entry)");
    }
}
