package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.Domain;
import relay.core.routing.Route;

class ConfigurationReaderTest {
    @TempDir Path temporary;

    @Test
    void aFolderThatIsNotThereIsOneError() {
        // Given a path where nothing is.
        Path nowhere = temporary.resolve("nowhere");

        // When it is read.
        var result = new ConfigurationReader().read(nowhere, Map.of());

        // Then there is one error, and it names the option.
        assertThat(result)
                .isEqualTo(
                        new ConfigurationResult.Refused(
                                List.of(
                                        new ConfigurationError(
                                                new Place(nowhere, 1, 1),
                                                "no such folder",
                                                "--conf names the folder of connectors.yaml and"
                                                        + " relay.yaml"))));
    }

    @Test
    void errorsOfBothFilesComeTogetherAndInOrder() throws IOException {
        // Given both files broken in several ways: syntax, structure and meaning.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                ConfFolder.GOOD_CONNECTORS
                                        .replace("127.0.0.1:2525", "localhost:25")
                                        .replace("addressSpaces: [\"*\"]", "adressSpaces: [\"*\"]"))
                        .relay("hostname: relay.example.net\nadmin: [\n");

        // When they are read, twice.
        List<String> once = folder.refused();
        List<String> again = folder.refused();

        // Then all is there, sorted by file and line, and the same each time.
        assertThat(once)
                .extracting(error -> error.split(": ", 2)[0])
                .containsExactly(
                        "connectors.yaml:3:16",
                        "connectors.yaml:6:5",
                        "connectors.yaml:7:5",
                        "relay.yaml:3:1");
        assertThat(again).isEqualTo(once);
    }

    @Test
    void theConfigurationRoutesMail() throws IOException {
        // Given a good configuration.
        Configuration read = ConfFolder.in(temporary).accepted();

        // When its policy table is asked for a route.
        Route route = read.policyTable().route(new Domain("example.com"));

        // Then the connector of the file answers, with the line that says so.
        assertThat(route)
                .isInstanceOfSatisfying(
                        Route.Via.class,
                        via ->
                                assertThat(via.connector().origin())
                                        .hasToString("connectors.yaml:6"));
    }
}
