package relay.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A relay of our own with its own folder, started as a user starts it. One thread, but for what
/// only reads; blocks.
final class RelayProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int POLL_MILLIS = 5;

    private final List<String> relay;
    private final Path folder;
    private volatile @Nullable Process process;

    /// `relay` is the command before its verb; `connectors` and `machine` are the two files. The
    /// queue lies beside them, in `folder`.
    RelayProcess(List<String> relay, Path folder, String connectors, String machine)
            throws IOException {
        this.relay = relay;
        this.folder = folder;
        Files.createDirectories(conf());
        Files.writeString(conf().resolve("connectors.yaml"), connectors);
        Files.writeString(conf().resolve("relay.yaml"), machine);
    }

    private Path conf() {
        return folder.resolve("conf");
    }

    private Path log() {
        return folder.resolve("relay.log");
    }

    /// Returns when mail is accepted; how long that took.
    Duration start() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Files.deleteIfExists(log());
        Process started =
                command("serve").redirectErrorStream(true).redirectOutput(log().toFile()).start();
        process = started;
        while (!Files.exists(log()) || !head().contains(" ready: ")) {
            if (!started.isAlive()) throw new IOException("the relay did not start:\n" + head());
            if (System.nanoTime() - begin > PATIENCE.toNanos())
                throw new IOException("the relay was not ready after " + PATIENCE + ":\n" + head());
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private String head() throws IOException {
        try (var log = Files.newInputStream(log())) {
            return new String(log.readNBytes(1 << 16), StandardCharsets.UTF_8);
        }
    }

    /// Orders everything that waits to be tried at once.
    void retryAll() throws IOException, InterruptedException {
        var _ = run("queue", "retry", "--all");
    }

    /// Lists the queues; how long that took, with the start of the command.
    Duration list() throws IOException, InterruptedException {
        return run("queue", "list");
    }

    private Duration run(String... verb) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Path output = folder.resolve("verb.log");
        Process running =
                command(verb).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || running.exitValue() != 0)
            throw new IOException(
                    "relay " + String.join(" ", verb) + " failed: " + Files.readString(output));
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private ProcessBuilder command(String... verb) {
        List<String> command = new ArrayList<>(relay);
        command.addAll(List.of(verb));
        command.addAll(List.of("--conf", conf().toString()));
        return new ProcessBuilder(command);
    }

    /// What it has had of the processors since its start.
    Duration cpu() {
        Process running = process;
        return running == null
                ? Duration.ZERO
                : running.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// Its memory, with its share of what it shares, in MiB; 0 where the system does not tell.
    double memory() {
        Process running = process;
        if (running == null) return 0;
        try (Stream<String> lines =
                Files.lines(Path.of("/proc/" + running.pid() + "/smaps_rollup"))) {
            Optional<String> pss = lines.filter(line -> line.startsWith("Pss:")).findFirst();
            return pss.map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0).orElse(0.0);
        } catch (IOException e) {
            return 0;
        }
    }

    /// As SIGTERM does it: the queue stays.
    void stop() throws IOException, InterruptedException {
        Process running = process;
        if (running == null) return;
        running.destroy();
        if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            running.destroyForcibly();
            throw new IOException("the relay did not stop within " + PATIENCE);
        }
        process = null;
    }

    /// Ends it and deletes its folder.
    @Override
    public void close() throws IOException {
        Process running = process;
        if (running != null) running.destroyForcibly().onExit().join();
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) Files.delete(file);
    }
}
