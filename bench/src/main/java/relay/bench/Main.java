package relay.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `relay bench`: the relay between a load generator and a next hop on this machine.
@Command(
        name = "relay bench",
        description =
                "Measures this relay on this machine, between a load and a next hop of its own.")
public final class Main implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SCENARIO", description = "which; all without one. --list names them")
    private List<String> names = List.of();

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "so many instead of each scenario's own number")
    private int messages;

    @Option(names = "--json", paramLabel = "FILE", description = "writes the figures there, too")
    private @Nullable Path json;

    @Option(names = "--list", description = "names the scenarios, and ends")
    private boolean list;

    @Option(
            names = "--micro",
            description =
                    "measures parts of the hot path alone (JMH); SCENARIO is then a pattern of their names")
    private boolean micro;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this and exit")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(names = "--home", hidden = true, required = true)
    private Path home = Path.of("");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            for (Scenario each : Scenario.ALL)
                System.out.printf(
                        "%-14s %,7d messages: %s%n", each.name(), each.messages(), each.what());
            return 0;
        }
        if (micro) return Micro.run(names, json);
        List<Scenario> chosen = chosen();
        var bench = new Bench(List.of(home.resolve("relay").toString()));
        var report = new Report(System.out);
        for (Scenario each : chosen) {
            int count = messages > 0 ? messages : each.messages();
            for (Result result : bench.run(each, count)) report.add(result);
        }
        if (json != null) report.write(json);
        return report.isComplete() ? 0 : 1;
    }

    private List<Scenario> chosen() {
        if (names.isEmpty()) return Scenario.ALL;
        List<Scenario> chosen = new ArrayList<>();
        for (String name : names)
            chosen.add(
                    Scenario.named(name)
                            .orElseThrow(() ->
                                    new ParameterException(
                                            Objects.requireNonNull(spec).commandLine(),
                                            "no scenario " + name + " (--list names them)")));
        return chosen;
    }
}
