package relay.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import relay.bench.Ledger.Latency;
import tools.jackson.databind.json.JsonMapper;

/// The results for a person and for a program.
final class Report {
    private static final String COLUMNS = "%-18s %9s %10s %8s %14s %14s %7s %7s %5s %5s%n";

    private final List<Result> results = new ArrayList<>();
    private final PrintStream out;

    /// Prints the head of the table at once, and each line when it is there.
    Report(PrintStream out) {
        this.out = out;
        out.println(machine());
        out.printf(
                COLUMNS,
                "",
                "messages",
                "messages/s",
                "CPU ms",
                "accepted ms",
                "delivered ms",
                "memory",
                "ready",
                "twice",
                "lost");
        out.printf(
                COLUMNS, "scenario", "", "", "/message", "p50/p99", "p50/p99", "MiB", "ms", "", "");
    }

    void add(Result result) {
        results.add(result);
        out.printf(
                COLUMNS,
                result.scenario(),
                result.messages() == 0 ? "" : "%,d".formatted(result.messages()),
                figure("%,.0f", result.perSecond()),
                figure("%.3f", result.cpuMillis()),
                latency(result.accepted()),
                latency(result.delivered()),
                figure("%.0f", result.memoryMiB()),
                figure("%.0f", result.readyMillis()),
                result.duplicates(),
                result.lost());
        if (result.refused() > 0) out.printf("  %,d messages were refused%n", result.refused());
    }

    private static String latency(Latency latency) {
        return latency.max() == 0 ? "" : "%.1f/%.1f".formatted(latency.p50(), latency.p99());
    }

    private static String figure(String format, double value) {
        return value == 0 ? "" : format.formatted(value);
    }

    /// Every message that the relay has acknowledged has arrived.
    boolean isComplete() {
        return results.stream().allMatch(result -> result.lost() == 0);
    }

    void write(Path file) throws IOException {
        record Document(String date, String machine, List<Result> results) {}
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Files.writeString(
                file,
                JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(new Document(now, machine(), results)));
    }

    private static String machine() {
        return "%s %s, %d cores, Java %s"
                .formatted(
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version());
    }
}
