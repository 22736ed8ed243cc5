package relay.config;

import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Turns what the YAML parser stumbled over into an error that tells what to do. The parser's own
/// message is not used whole: it repeats the line, in which there could be a secret.
final class SyntaxError {
    private SyntaxError() {}

    static void report(Path file, String text, YamlEngineException broken, Problems problems) {
        switch (broken) {
            case ReaderException character -> reportCharacter(file, text, character, problems);
            case MarkedYamlEngineException marked -> reportMarked(file, text, marked, problems);
            case YamlEngineException other ->
                    problems.error(
                            Place.startOf(file), "this is no YAML: " + other.getMessage(), "");
        }
    }

    private static void reportCharacter(
            Path file, String text, ReaderException character, Problems problems) {
        int end = text.offsetByCodePoints(0, character.getPosition());
        String what = "the control character U+%04X".formatted(character.getCodePoint());
        problems.error(SourceText.placeAfter(file, text.substring(0, end)), what, "remove it");
    }

    private static void reportMarked(
            Path file, String text, MarkedYamlEngineException broken, Problems problems) {
        Optional<Place> begun = broken.getContextMark().map(mark -> YamlTree.place(file, mark));
        Place place =
                broken.getProblemMark()
                        .map(mark -> YamlTree.place(file, mark))
                        .or(() -> begun)
                        .orElse(Place.startOf(file));
        String context = Optional.ofNullable(broken.getContext()).orElse("");
        String problem = Optional.ofNullable(broken.getProblem()).orElse("");
        if (line(text, place.line()).stripTrailing().matches("\\s*\t.*")) {
            problems.error(place, "a tab at the beginning of the line", "indent with spaces");
        } else if (context.endsWith("alias")) {
            String hint = "put it in quotes: \"*\", \"*.example.com\"";
            problems.error(begun.orElse(place), "a * without quotes is a YAML alias", hint);
        } else {
            String what = "this is no YAML: " + oneLine(context + " " + problem);
            problems.error(place, what, hint(context, problem) + since(begun, place));
        }
    }

    private static String oneLine(String text) {
        return text.strip()
                .replaceFirst("\\s*\\(Do not use.*\\)$", "")
                .replaceFirst("\\.$", "")
                .replaceAll("\\p{Cntrl}", "?");
    }

    private static String since(Optional<Place> begun, Place place) {
        return begun.filter(first -> first.line() < place.line())
                .map(first -> "; it begins on line " + first.line())
                .orElse("");
    }

    private static String line(String text, int line) {
        return text.lines().skip(line - 1L).findFirst().orElse("");
    }

    private static String hint(String context, String problem) {
        if (problem.contains("that cannot start")) return "put the value in quotes";
        if (context.contains("quoted")) return "a quote is not closed";
        if (problem.contains("mapping values are not allowed")) {
            return "a value with a colon and a space needs quotes, and keys that belong"
                    + " together stand in one column";
        }
        if (context.contains("flow")) return "a bracket is not closed, or a comma is missing";
        return problem.contains(" deep") ? "" : "is the line indented like those above it?";
    }
}
