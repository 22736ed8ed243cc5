package relay.bench.micro;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.Envelope;
import relay.core.queue.MessageStore.Content;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.smtp.MailboxSyntax;
import relay.server.store.SqliteStore;
import relay.server.store.StoreLimits;

/// Messages of 2 KiB made durable, and ended. The disk is that of the folder for temporary files.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StoreBenchmark {
    private static final int TOGETHER = 20;
    private static final int OCTETS = 2048;
    private static final Lane LANE = new Lane("bank", "bank.example", "");

    private final Mailbox sender = MailboxSyntax.parse("sender@client.example").orElseThrow();
    private final Mailbox recipient = MailboxSyntax.parse("someone@bank.example").orElseThrow();
    private @Nullable Path folder;
    private @Nullable SqliteStore opened;

    @Setup
    public void open() throws IOException {
        Path made = Files.createTempDirectory("relay-bench");
        folder = made;
        opened =
                SqliteStore.open(
                        made, StoreLimits.DEFAULT, InstantSource.system(), _ -> {}, _ -> {});
    }

    @TearDown
    public void close() throws IOException {
        store().close();
        if (folder == null) return;
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) Files.delete(file);
    }

    private SqliteStore store() {
        if (opened == null) throw new IllegalStateException("not open");
        return opened;
    }

    /// One alone: a flush each.
    @Benchmark
    public void acceptOne() throws InterruptedException {
        acceptTogether(1);
    }

    /// Twenty at once, as from twenty clients: flushes are shared. The figure is for one message.
    @Benchmark
    @OperationsPerInvocation(TOGETHER)
    public void acceptTwenty() throws InterruptedException {
        acceptTogether(TOGETHER);
    }

    private void acceptTogether(int count) throws InterruptedException {
        var done = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            QueuedMessage message = message();
            Content content = store().newContent(message.id());
            content.write(new byte[OCTETS], () -> {});
            store().accept(
                            message,
                            content,
                            _ -> {
                                store().change(ended(message));
                                done.countDown();
                            });
        }
        done.await();
    }

    private static QueueChange ended(QueuedMessage message) {
        return new QueueChange.End(message.entries().getFirst().id(), List.of());
    }

    private QueuedMessage message() {
        var envelope =
                new Envelope(
                        store().newId(),
                        new ReversePath.Sender(sender),
                        Set.of(),
                        OCTETS,
                        Instant.now(),
                        "in",
                        InetAddress.getLoopbackAddress());
        return new QueuedMessage(
                envelope, List.of(QueueEntry.fresh(envelope, 0, LANE, List.of(recipient))));
    }
}
