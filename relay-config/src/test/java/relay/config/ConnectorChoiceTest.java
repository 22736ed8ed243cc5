package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.Domain;
import relay.core.routing.ConnectorChoice;
import relay.core.routing.ConnectorScope;
import relay.core.routing.DomainPattern;

class ConnectorChoiceTest {
    private static final String SCOPED =
            """
                receiveConnectors: [internal, dsn]
                senderDomains: ["*.Tenant.example", other.example]
            """;

    @TempDir Path temporary;

    @Test
    void aConnectorsScopeIsWhatItsEntrySays() throws IOException {
        assertThat(with(SCOPED).accepted().sendConnectors().getFirst().choice().scope())
                .isEqualTo(
                        new ConnectorScope(
                                Set.of("internal", "dsn"),
                                Set.of(
                                        new DomainPattern.Subtree(new Domain("tenant.example")),
                                        new DomainPattern.Exact(new Domain("other.example")))));
    }

    @Test
    void whatIsLeftOutRestrictsNothing() throws IOException {
        assertThat(ConfFolder.in(temporary).accepted().sendConnectors().getFirst().choice())
                .isEqualTo(ConnectorChoice.DEFAULT);
    }

    @Test
    void mailThatNoScopeFitsIsPointedOut() throws IOException {
        assertThat(with(SCOPED).notes())
                .singleElement()
                .asString()
                .contains("only connectors with a scope have the address space \"*\"");
    }

    @Test
    void whoeverMayBeLeftIsPointedOutWhereNobodyCanStandIn() throws IOException {
        // Given a DNS-routed connector that may be left, alone and beside smart hosts.
        ConfFolder alone = with("    failOver: true\n");
        assertThat(alone.accepted().sendConnectors().getFirst().mayFailOver()).isTrue();
        assertThat(alone.notes())
                .singleElement()
                .asString()
                .contains("no connector can stand in for internet: there is no other");
        String filter =
                """
                    failOver: true
                  - name: filter
                    addressSpaces: ["*;2"]
                    smartHosts: ["mx.filter.example"]
                """;
        assertThat(with(filter).notes())
                .singleElement()
                .asString()
                .contains("no connector can stand in for internet: what partners publish");

        // And where they show their name, all is well.
        String named = "    requireTls: true\n    tlsAuthLevel: DomainValidation\n";
        assertThat(with(filter + named).notes()).isEmpty();
    }

    private ConfFolder with(String lines) throws IOException {
        return ConfFolder.in(temporary).connectors(ConfFolder.GOOD_CONNECTORS + lines);
    }
}
