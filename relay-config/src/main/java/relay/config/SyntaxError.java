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
        Place place =
                broken.getProblemMark()
                        .or(broken::getContextMark)
                        .map(mark -> YamlTree.place(file, mark))
                        .orElse(Place.startOf(file));
        String context = Optional.ofNullable(broken.getContext()).orElse("");
        String problem = Optional.ofNullable(broken.getProblem()).orElse("");
        String what = "this is no YAML: " + (context + " " + problem).strip();
        problems.error(place, what, hint(line(text, place.line()), context, problem));
    }

    private static String line(String text, int line) {
        return text.lines().skip(line - 1L).findFirst().orElse("");
    }

    private static String hint(String line, String context, String problem) {
        if (line.stripTrailing().matches("\\s*\t.*")) return "indent with spaces, not with tabs";
        if (context.contains("alias")) return "a name that begins with * needs quotes: \"*\"";
        if (problem.contains("'@'") || problem.contains("'`'") || problem.contains("'%'")) {
            return "put the value in quotes";
        }
        if (problem.contains("mapping values are not allowed")) {
            return "a value with a colon and a space needs quotes, and keys of one list stand in one"
                    + " column";
        }
        if (context.contains("flow") || problem.contains("']'") || problem.contains("'}'")) {
            return "a bracket or brace is not closed, or a comma is missing";
        }
        return context.contains("block") ? "is the line indented like those above it?" : "";
    }
}
