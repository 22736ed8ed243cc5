package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.routing.ErrorPolicy;
import relay.core.routing.ErrorPolicy.DnsFailure;
import relay.core.routing.ErrorPolicy.Meaning;
import relay.core.routing.ErrorPolicy.Said;
import relay.core.routing.ErrorPolicy.Unresolved;
import relay.core.smtp.EnhancedStatus;

class ErrorPolicyReaderTest {
    @TempDir Path temporary;

    @Test
    void errorPoliciesAreWhatTheirEntriesSayInTheirOrder() throws IOException {
        String lines =
                """
                    errorPolicies:
                      - { reply: "550 5.7.1", words: Greylisted, as: transient }
                      - { reply: "451", as: permanent }
                      - { dns: null MX, as: transient }
                """;
        var read = ConfFolder.in(temporary).connectors(ConfFolder.GOOD_CONNECTORS + lines);
        assertThat(read.accepted().sendConnectors().getFirst().errorPolicies())
                .containsExactly(
                        new ErrorPolicy(
                                new Said(550, List.of(new EnhancedStatus(5, 7, 1)), "Greylisted"),
                                Meaning.TRANSIENT),
                        new ErrorPolicy(new Said(451, List.of(), ""), Meaning.PERMANENT),
                        new ErrorPolicy(new Unresolved(DnsFailure.NULL_MX), Meaning.TRANSIENT));
    }

    @Test
    void withoutThemEveryTroubleMeansWhatItSays() throws IOException {
        assertThat(ConfFolder.in(temporary).accepted().sendConnectors().getFirst().errorPolicies())
                .isEmpty();
    }
}
