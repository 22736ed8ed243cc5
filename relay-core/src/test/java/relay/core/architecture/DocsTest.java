package relay.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Compares the documents with what they speak of, in every module.
class DocsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path RFCS = ROOT.resolve("docs/rfc.md");

    private static final Pattern CITATION =
            Pattern.compile("RFC (\\d+)((?:,? (?:and )?§\\d[\\d.]*)+)");
    private static final Pattern SECTION = Pattern.compile("§(\\d+(\\.\\d+)*)");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (\\d+) \\| §([\\d.]+) \\| .+ \\| (.+) \\| (.+) \\|$");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(#[^)]*)?\\)");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void everySectionThatTheSourcesCiteHasItsRow() throws IOException {
        var cited = new TreeSet<String>();
        for (Path source : files(".java")) {
            if (source.toString().contains("/src/main/")) cited.addAll(citations(source));
        }
        Set<String> rows =
                rows().map(row -> row.group(1) + " §" + row.group(2))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows).isNotEmpty().isEqualTo(cited);
    }

    @Test
    void everyRowNamesClassesThatCiteItsSectionAndTestsThatExist() throws IOException {
        Map<String, List<Path>> sources =
                files(".java").stream().collect(Collectors.groupingBy(DocsTest::simpleName));
        var wrong = new ArrayList<String>();
        for (var row : rows().toList()) {
            String section = row.group(1) + " §" + row.group(2);
            for (String name : names(row.group(3))) {
                boolean cites =
                        sources.getOrDefault(name, List.of()).stream()
                                .anyMatch(source -> citations(source).contains(section));
                if (!cites) wrong.add(section + ": " + name + " does not cite it");
            }
            for (String name : names(row.group(4))) {
                if (!sources.containsKey(name)) wrong.add(section + ": there is no " + name);
            }
            if (names(row.group(3)).isEmpty() || names(row.group(4)).isEmpty()) wrong.add(section);
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        var dead = new ArrayList<String>();
        for (Path page : files(".md")) {
            LINK.matcher(text(page))
                    .results()
                    .map(link -> link.group(1))
                    .filter(target -> !target.contains("://"))
                    .filter(target -> Files.notExists(page.resolveSibling(target)))
                    .forEach(target -> dead.add(ROOT.relativize(page) + " -> " + target));
        }
        assertThat(dead).isEmpty();
    }

    private static Collection<String> citations(Path source) {
        // A comment may break anywhere.
        String text = text(source).replaceAll("\\n\\s*(///?)?\\s*", " ");
        return CITATION.matcher(text)
                .results()
                .flatMap(found ->
                        SECTION.matcher(found.group(2))
                                .results()
                                .map(section -> found.group(1) + " §" + section.group(1)))
                .toList();
    }

    private static Stream<MatchResult> rows() {
        return ROW.matcher(text(RFCS)).results();
    }

    private static List<String> names(String cell) {
        return NAME.matcher(cell).results().map(name -> name.group(1)).toList();
    }

    private static String simpleName(Path source) {
        return source.getFileName().toString().replace(".java", "");
    }

    private static List<Path> files(String suffix) throws IOException {
        try (Stream<Path> found = Files.walk(ROOT)) {
            return found.filter(file -> file.toString().endsWith(suffix))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
