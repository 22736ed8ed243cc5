package relay.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The list of deliberate faults, which `.ci/mutations` applies, fits the code: a change of the code
/// that makes one of them void is seen at once, and not when somebody runs them all.
class FaultsTest {
    private static final Path FAULTS = Path.of("src/test/mutations/faults.txt");
    private static final Path CORE = Path.of("src/main/java/relay/core");

    @Test
    void everyFaultFindsWhatItReplacesOnce() throws IOException {
        List<String> stale = new ArrayList<>();
        List<String> faults = parts("fault ", Files.readString(FAULTS));
        for (String fault : faults) {
            Map<String, String> sources = new HashMap<>();
            for (String change : parts("in ", fault)) {
                String file = change.lines().findFirst().orElseThrow().strip();
                if (!sources.containsKey(file)) {
                    sources.put(file, Files.readString(CORE.resolve(file)));
                }
                String before = sources.getOrDefault(file, "");
                String old = marked("- ", change);
                if (before.split(Pattern.quote(old), -1).length != 2) {
                    stale.add(fault.lines().findFirst().orElseThrow() + " in " + file);
                }
                sources.put(file, before.replace(old, marked("+ ", change)));
            }
        }
        assertThat(faults).hasSizeGreaterThan(20);
        assertThat(stale).isEmpty();
    }

    /// What stands between one line that begins so and the next; nothing of what is before the first.
    private static List<String> parts(String beginning, String text) {
        String[] parts = ("\n" + text).split("\n" + beginning, -1);
        return List.of(parts).subList(1, parts.length);
    }

    private static String marked(String mark, String change) {
        return change.lines()
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(mark.length()))
                .collect(Collectors.joining("\n"));
    }
}
