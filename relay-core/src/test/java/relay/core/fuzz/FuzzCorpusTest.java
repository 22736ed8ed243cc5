package relay.core.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.intake.IntakeFuzz;
import relay.core.smtp.AddressFuzz;
import relay.core.smtp.ContentFuzz;
import relay.core.smtp.ReplyFuzz;

/// Every input kept in `src/test/resources/fuzz`, with its target: what once failed, and what leads
/// a fuzzer to the places that matter.
class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz");
    private static final Map<String, Consumer<byte[]>> TARGETS =
            Map.of(
                    "Intake", IntakeFuzz::fuzzerTestOneInput,
                    "Address", AddressFuzz::fuzzerTestOneInput,
                    "Reply", ReplyFuzz::fuzzerTestOneInput,
                    "Content", ContentFuzz::fuzzerTestOneInput);

    @ParameterizedTest
    @ValueSource(strings = {"Intake", "Address", "Reply", "Content"})
    void everyInputKeptIsHandledRightly(String target) throws IOException {
        List<Path> inputs = inputs(target);
        assertThat(inputs).hasSizeGreaterThan(5);
        for (Path input : inputs) {
            try {
                Objects.requireNonNull(TARGETS.get(target)).accept(Files.readAllBytes(input));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(input + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void everyInputHasATarget() throws IOException {
        try (Stream<Path> folders = Files.list(CORPUS)) {
            assertThat(folders.map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(TARGETS.keySet());
        }
    }

    private static List<Path> inputs(String target) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(target))) {
            return files.sorted().toList();
        }
    }
}
