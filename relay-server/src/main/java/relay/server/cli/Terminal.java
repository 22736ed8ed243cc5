package relay.server.cli;

import java.io.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Where a verb prints: data to `out`, octets that are no text of ours to `raw`, which is the same
/// place, everything else to `err`. `columns` is the width that tables
/// keep to; [#UNLIMITED] where nobody looks at it in a window.
public record Terminal(PrintWriter out, OutputStream raw, PrintWriter err, int columns) {
    public static final int UNLIMITED = Integer.MAX_VALUE;
    private static final int FALLBACK = 80;

    /// Standard output and error of this process.
    public static Terminal ofProcess() {
        return new Terminal(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                System.out,
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                width());
    }

    private static int width() {
        if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isEmpty()) {
            return UNLIMITED;
        }
        String exported = System.getenv().getOrDefault("COLUMNS", "");
        return columns(exported.isEmpty() ? lastWord(stty()) : exported);
    }

    private static String stty() {
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(ProcessBuilder.Redirect.INHERIT)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!stty.waitFor(1, TimeUnit.SECONDS)) return "";
            return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException _) {
            return "";
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static String lastWord(String text) {
        String stripped = text.strip();
        return stripped.substring(stripped.lastIndexOf(' ') + 1);
    }

    private static int columns(String text) {
        try {
            int columns = Integer.parseInt(text);
            return columns > 0 ? columns : FALLBACK;
        } catch (NumberFormatException _) {
            return FALLBACK;
        }
    }
}
