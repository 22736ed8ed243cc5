package relay.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// The parts of the hot path, one by one, under JMH: in a JVM of their own, five times a second.
final class Micro {
    private static final int TIMES = 5;

    private Micro() {}

    /// Those whose name holds one of `patterns`; all without one. Exit status 1 where there is none.
    static int run(List<String> patterns, @Nullable Path json) throws RunnerException {
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .forks(1)
                        .warmupIterations(TIMES)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(TIMES)
                        .measurementTime(TimeValue.seconds(1))
                        .jvmArgs(
                                "-XX:+UseSerialGC",
                                "-XX:+UseCompactObjectHeaders",
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow");
        if (patterns.isEmpty()) options.include("relay\\.bench\\.micro");
        for (String pattern : patterns) options.include(pattern);
        if (json != null) options.resultFormat(ResultFormatType.JSON).result(json.toString());
        return new Runner(options.build()).run().isEmpty() ? 1 : 0;
    }
}
