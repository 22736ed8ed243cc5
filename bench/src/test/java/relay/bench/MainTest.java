package relay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private final StringWriter said = new StringWriter();
    private final CommandLine bench =
            new CommandLine(new Main())
                    .setOut(new PrintWriter(said, true))
                    .setErr(new PrintWriter(said, true));

    @Test
    void helpIsPrintedAndNothingMeasured() {
        assertThat(bench.execute("--help")).isZero();
        assertThat(said.toString()).startsWith("Usage: relay bench").contains("--messages");
    }

    @Test
    void theVersionIsTheRelaysToTell() {
        // As with every other verb.
        assertThat(bench.execute("--home", ".", "--version")).isEqualTo(2);
        assertThat(said.toString()).contains("Unknown option: '--version'");
    }
}
