package relay.bench.micro;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import relay.config.ConfigurationReader;
import relay.config.ConfigurationResult;
import relay.core.address.Domain;
import relay.core.routing.PolicyTable;
import relay.core.routing.Route;

/// What RCPT TO asks of the policy table, by the number of connectors in it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {
    @Param({"10", "10000"})
    public int connectors;

    private @Nullable PolicyTable table;
    private Domain named = Domain.parse("d7.bench.example").orElseThrow();
    private Domain below = Domain.parse("a.b.d7.bench.example").orElseThrow();
    private Domain other = Domain.parse("elsewhere.example").orElseThrow();

    @Setup
    public void prepare() throws IOException {
        var text = new StringBuilder("receiveConnectors:\n");
        text.append(
                "  - { name: in, bindings: [\"127.0.0.1:2525\"], remoteIpRanges: [\"::1\"] }\n");
        text.append("sendConnectors:\n  - { name: rest, addressSpaces: [\"*\"] }\n");
        for (int i = 1; i < connectors; i++)
            text.append(
                    "  - { name: c%d, addressSpaces: [\"*.d%d.bench.example\"] }%n"
                            .formatted(i, i));
        Path folder = Files.createTempDirectory("relay-bench");
        Path policy = folder.resolve(ConfigurationReader.CONNECTORS_FILE);
        Path machine = folder.resolve(ConfigurationReader.RELAY_FILE);
        Files.writeString(policy, text);
        Files.writeString(machine, "hostname: relay.bench.example\ndata: data\n");
        table = read(folder);
        for (Path each : new Path[] {policy, machine, folder}) Files.delete(each);
    }

    private static PolicyTable read(Path folder) {
        return switch (new ConfigurationReader().read(folder, Map.of())) {
            case ConfigurationResult.Accepted(var configuration) ->
                    new PolicyTable(configuration.sendConnectors(), configuration.domainFloors());
            case ConfigurationResult.Refused(var errors) ->
                    throw new IllegalStateException(errors.toString());
        };
    }

    @Benchmark
    public @Nullable Route namedDomain() {
        return table == null ? null : table.route(named);
    }

    @Benchmark
    public @Nullable Route subdomain() {
        return table == null ? null : table.route(below);
    }

    @Benchmark
    public @Nullable Route anyDomain() {
        return table == null ? null : table.route(other);
    }
}
