package relay.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Reads the sources of every module: rules of style that no compiler knows.
class TidyTest {
    private static final int MAX_FILE_LINES = 400;
    private static final int MAX_METHOD_LINES = 60;
    private static final Pattern UNFINISHED =
            Pattern.compile(
                    "\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b|@Dis" + "abled|Thread\\.sl" + "eep");
    private static final Pattern VAGUE_NAME =
            Pattern.compile("\\w*(Manager|Util|Utils|Helper|Impl|Info|Data)\\.java");
    private static final Pattern METHOD_START =
            Pattern.compile(
                    "^ {4,12}(?!(return|throw|new|else|case|yield|assert|record) )"
                            + "[\\w.<>\\[\\],?@& ]+ \\w+\\(.*");
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void noFileIsLongerThanOneIdea() throws IOException {
        assertThat(sources())
                .isNotEmpty()
                .allSatisfy(
                        file -> assertThat(lines(file)).hasSizeLessThanOrEqualTo(MAX_FILE_LINES));
    }

    @Test
    void nothingIsLeftUnfinished() throws IOException {
        assertThat(sources())
                .allSatisfy(file ->
                        assertThat(lines(file)).noneMatch(line -> UNFINISHED.matcher(line).find()));
    }

    @Test
    void namesSayWhatAThingIs() throws IOException {
        assertThat(sources())
                .noneMatch(file -> VAGUE_NAME.matcher(file.getFileName().toString()).matches());
    }

    @Test
    void aMethodFitsAScreen() throws IOException {
        var tooLong = new ArrayList<String>();
        // Tests may have tables that are longer.
        for (Path file : sources().stream().filter(TidyTest::isMain).toList()) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                int length = methodLength(lines, i);
                if (length > MAX_METHOD_LINES) tooLong.add(file + ":" + (i + 1) + ": " + length);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void aSwitchOverASealedTypeHasNoDefault() throws IOException {
        var found = new ArrayList<String>();
        for (Path file : sources().stream().filter(TidyTest::isMain).toList()) {
            String text = String.join("\n", lines(file));
            // A switch with deconstruction patterns is one over a sealed type.
            var matcher =
                    Pattern.compile("case \\w+(\\.\\w+)*\\([^)]*\\) ->[^}]*?default ->")
                            .matcher(text);
            if (matcher.find()) found.add(file.toString());
        }
        assertThat(found).isEmpty();
    }

    /// The lines of the method that begins at `start`; 0 where none begins there. The formatter
    /// puts the closing brace in the column of the first line.
    private static int methodLength(List<String> lines, int start) {
        String first = lines.get(start);
        if (!METHOD_START.matcher(first).matches() || first.strip().startsWith("//")) return 0;
        if (first.endsWith("}") || first.contains(" record ")) return 0;
        if (first.strip().startsWith("return ")) return 0;
        String end = " ".repeat(first.length() - first.stripLeading().length()) + "}";
        boolean opened = false;
        for (int i = start; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.stripTrailing().endsWith(";") && !opened) return 0;
            if (line.stripTrailing().endsWith("{")) opened = true;
            if (opened && line.equals(end)) return i - start + 1;
        }
        return 0;
    }

    private static boolean isMain(Path file) {
        return file.toString().contains("/src/main/");
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("/src/"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
