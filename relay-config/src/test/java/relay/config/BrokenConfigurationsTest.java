package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import relay.config.ConfigurationResult.Accepted;
import relay.config.ConfigurationResult.Refused;

/// Each folder below `broken/` holds a configuration and, in `expected.txt`, every error of it.
class BrokenConfigurationsTest {
    private static final Path FOLDERS = Path.of("src/test/resources/broken").toAbsolutePath();
    private static final ConfigurationReader READER =
            new ConfigurationReader(() -> "relay.example.net");

    static Stream<String> folders() throws IOException {
        try (Stream<Path> folders = Files.list(FOLDERS)) {
            List<Path> sorted = folders.sorted().toList();
            return sorted.stream().map(folder -> FOLDERS.relativize(folder).toString());
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyErrorIsReportedAtItsPlaceWithAHint(String name) throws IOException {
        // Given a broken configuration and what is wrong with it.
        Path folder = FOLDERS.resolve(name);
        List<String> expected = Files.readAllLines(folder.resolve("expected.txt"));

        // When it is read.
        var environment = Map.of("FILTER_PASSWORD", "from env");
        var result = READER.read(folder, environment);

        // Then all of it is reported at once, in the order of the files, and nothing else.
        List<String> found =
                switch (result) {
                    case Accepted _ -> List.of("accepted");
                    case Refused(var errors) ->
                            errors.stream()
                                    .map(error -> error.toString().replace(folder + "/", ""))
                                    .toList();
                };
        assertThat(found).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void noErrorTellsASecret(String name) {
        // Given a broken configuration; the secrets among them all have the word SECRET in them.
        Path folder = FOLDERS.resolve(name);

        // When it is read.
        var result = READER.read(folder, Map.of());

        // Then no secret is in the result.
        assertThat(result.toString()).doesNotContain("SECRET");
    }
}
