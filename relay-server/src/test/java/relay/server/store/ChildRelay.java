package relay.server.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// Another process with the queue open, to be killed. It either holds the queue, or accepts mail on
/// several threads and prints each id once it was told that the message is on disk.
final class ChildRelay implements AutoCloseable {
    private static final int THREADS = 4;
    private static final Duration LONGEST_LIFE = Duration.ofMinutes(2);

    private final Process process;
    private final BufferedReader lines;

    private ChildRelay(Process process) {
        this.process = process;
        this.lines = process.inputReader();
    }

    static ChildRelay start(Path folder, String task) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        var command =
                List.of(
                        java.toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildRelay.class.getName(),
                        folder.toString(),
                        task);
        return new ChildRelay(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /// The next line it prints.
    String nextLine() {
        return TestQueue.await(
                TestQueue.async(() -> {
                    try {
                        return String.valueOf(lines.readLine());
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }));
    }

    /// SIGKILL. Gives back what it had printed and was not read yet, whole lines only.
    List<String> kill() throws IOException {
        // By its handle: the process itself would close what it has printed.
        process.toHandle().destroyForcibly();
        TestQueue.await(process.onExit());
        var text = new StringBuilder();
        for (int c = lines.read(); c >= 0; c = lines.read()) text.append((char) c);
        String whole = text.substring(0, text.lastIndexOf("\n") + 1);
        return whole.lines().toList();
    }

    @Override
    public void close() throws IOException {
        kill();
    }

    /// The content of the message `id`: mostly 2 KiB, at times large.
    static byte[] contentOf(QueueId id) {
        int kind = (int) (id.value() % 16);
        int bytes = kind == 0 ? 300_000 : kind == 1 ? 100_000 : 2048;
        return TestQueue.randomBytes(id.value(), bytes);
    }

    public static void main(String[] arguments) throws Exception {
        var queue = new TestQueue(Path.of(arguments[0]));
        if (arguments[1].equals("accept")) {
            for (int i = 0; i < THREADS; i++) {
                Thread.ofPlatform().daemon().start(() -> acceptForever(queue));
            }
        } else {
            System.out.println("open");
        }
        // Whoever started us and forgot us does not keep us for long.
        new CompletableFuture<Void>()
                .completeOnTimeout(null, LONGEST_LIFE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /// `+ID` says that the message is on disk; `-ID`, that its end has been handed over.
    private static void acceptForever(TestQueue queue) {
        while (true) {
            QueuedMessage message = queue.message();
            if (!(queue.commit(message, contentOf(message.id()))
                    instanceof CommitResult.Committed)) {
                throw new AssertionError("not committed");
            }
            System.out.println("+" + message.id());
            if (message.id().value() % 3 == 0) {
                System.out.println("-" + message.id());
                queue.store.change(
                        new QueueChange.End(message.entries().getFirst().id(), List.of()));
            }
        }
    }
}
