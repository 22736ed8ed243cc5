package relay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.server.testing.CapturedTerminal;

class WordsTest {
    @Test
    void agesHaveTheirTwoLargestUnits() {
        // Given ages of every size, when they are printed, then they are short.
        assertThat(Words.span(Duration.ofSeconds(-5))).isEqualTo("0s");
        assertThat(Words.span(Duration.ofSeconds(59))).isEqualTo("59s");
        assertThat(Words.span(Duration.ofSeconds(725))).isEqualTo("12m5s");
        assertThat(Words.span(Duration.ofMinutes(200))).isEqualTo("3h20m");
        assertThat(Words.span(Duration.ofHours(51))).isEqualTo("2d3h");
        assertThat(Words.span(Duration.ofDays(2))).isEqualTo("2d");
    }

    @Test
    void sizesAreInBinaryUnits() {
        // Given sizes, when they are printed, then with a digit behind the point from 1 KiB on.
        assertThat(Words.size(1023)).isEqualTo("1023 B");
        assertThat(Words.size(2048)).isEqualTo("2.0 KiB");
        assertThat(Words.size(36L << 20)).isEqualTo("36.0 MiB");
    }

    @Test
    void strangersWordsDoNotSteerTheTerminal() {
        // Given a text that would clear the screen and reverse the line.
        String text = "a\u001b[2Jb\r\n\u009b\u202ec\u00e9\u00a0\ue000";

        // When it is printed, then only its harmless part is left.
        assertThat(Words.printable(text))
                .isEqualTo("a\uFFFD[2Jb\uFFFD\uFFFD\uFFFD\uFFFDc\u00e9\uFFFD\uFFFD");
    }

    @Test
    void aTableAlignsItsColumnsAndCutsTheLastToTheTerminal() {
        // Given a table with a long last column.
        var table =
                new Table(
                        List.of(Table.Align.LEFT, Table.Align.RIGHT, Table.Align.LEFT),
                        "Q",
                        "N",
                        "E");
        table.row("bank", "7", "x".repeat(50));
        table.row("b", "1000", "");

        // When it is printed to 40 columns, and then to less than it needs.
        var wide = new CapturedTerminal();
        table.print(wide.terminal(40));
        var narrow = new CapturedTerminal();
        table.print(narrow.terminal(5));

        // Then the last column is what is left, but never less than 20.
        assertThat(wide.out())
                .isEqualTo("Q        N  E\nbank     7  " + "x".repeat(27) + "…\nb     1000\n");
        assertThat(narrow.out()).contains("bank     7  " + "x".repeat(19) + "…\n");
    }
}
