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

class ScopeTest {
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

    private ConfFolder with(String lines) throws IOException {
        return ConfFolder.in(temporary).connectors(ConfFolder.GOOD_CONNECTORS + lines);
    }
}
