package relay.server.store;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.RcptParameters;
import relay.core.smtp.RcptParameters.Notify;

/// A store in a folder, with what it told, and messages to put into it. Every wait is bounded.
final class TestQueue implements AutoCloseable {
    static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123Z");
    static final Lane BANK = new Lane("bank", "bank.example", "");
    static final Lane FILTER = new Lane("filter", Lane.SMART_HOSTS, "*.clinic.example");

    final SqliteStore store;
    final BlockingQueue<List<QueuedMessage>> accepted = new LinkedBlockingQueue<>();
    final BlockingQueue<RelayEvent> events = new LinkedBlockingQueue<>();

    TestQueue(Path folder) {
        this(folder, StoreLimits.DEFAULT, InstantSource.system());
    }

    TestQueue(Path folder, StoreLimits limits, InstantSource clock) {
        store = SqliteStore.open(folder, limits, clock, accepted::add, events::add);
    }

    @Override
    public void close() {
        store.close();
    }

    /// A message for one recipient in [#BANK].
    QueuedMessage message() {
        return message(NOON, BANK, "info@bank.example");
    }

    QueuedMessage message(Instant acceptedAt, Lane lane, String... recipients) {
        var envelope = envelope(store.newId(), acceptedAt);
        return new QueuedMessage(
                envelope, List.of(QueueEntry.fresh(envelope, 0, lane, mailboxes(recipients))));
    }

    /// A message in [#BANK] whose sender wants to hear of the first recipient never, and of success
    /// with the others.
    QueuedMessage asking(String... recipients) {
        var requests = new HashMap<Mailbox, RcptParameters>();
        for (String recipient : recipients) {
            boolean first = requests.isEmpty();
            var events = Set.of(first ? Notify.NEVER : Notify.SUCCESS);
            requests.put(mailbox(recipient), new RcptParameters(events, "rfc822;" + recipient));
        }
        Envelope asking =
                envelope(store.newId(), NOON)
                        .asking(new NoticeRequest(Returned.FULL, "QQ+2B1", requests));
        return new QueuedMessage(
                asking, List.of(QueueEntry.fresh(asking, 0, BANK, mailboxes(recipients))));
    }

    static Envelope envelope(QueueId id, Instant acceptedAt) {
        return new Envelope(
                id,
                new ReversePath.Sender(mailbox("sender@example.net")),
                Set.of(),
                2048,
                acceptedAt,
                "internal",
                InetAddress.ofLiteral("192.0.2.7"));
    }

    /// Stores the message and waits until it is on disk.
    QueuedMessage committed(QueuedMessage message, byte[] content) {
        if (!(commit(message, content) instanceof CommitResult.Committed)) {
            throw new AssertionError("not committed: " + message.id());
        }
        return message;
    }

    /// Brings everything into the queue's file, in one transaction.
    void settle() {
        await(store.onWriter(_ -> {}));
    }

    QueuedMessage committed(QueuedMessage message) {
        return committed(message, text("Subject: a message\r\n\r\nText\r\n"));
    }

    CommitResult commit(QueuedMessage message, byte[] content) {
        return await(accept(message, content));
    }

    CompletableFuture<CommitResult> accept(QueuedMessage message, byte[] content) {
        var done = new CompletableFuture<CommitResult>();
        var pieces = store.newContent(message.id());
        pieces.write(content, () -> {});
        store.accept(message, pieces, done::complete);
        return done;
    }

    /// Hands the change over and waits until it can be read.
    void changed(QueueChange change) {
        store.change(change);
        load(new LoadQuery.Due(BANK, Instant.MIN, 1));
    }

    Loaded load(LoadQuery query) {
        var loaded = new CompletableFuture<Loaded>();
        store.load(query, loaded::complete);
        return await(loaded);
    }

    List<QueueEntry> entries(Lane lane) {
        return load(new LoadQuery.All(lane, List.of(), 10_000)).entries();
    }

    byte[] content(QueueId id) {
        try (var reading = store.open(id)) {
            var content = new ByteArrayOutputStream();
            for (byte[] piece = reading.next(); piece.length > 0; piece = reading.next()) {
                content.writeBytes(piece);
            }
            return content.toByteArray();
        }
    }

    /// On a thread of its own.
    static <T> CompletableFuture<T> async(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, Thread::startVirtualThread);
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static Mailbox mailbox(String address) {
        int at = address.lastIndexOf('@');
        return new Mailbox(address.substring(0, at), new Domain(address.substring(at + 1)));
    }

    static List<Mailbox> mailboxes(String... addresses) {
        return Arrays.stream(addresses).map(TestQueue::mailbox).toList();
    }

    static QueueChange.Notice notice(QueuedMessage message, String content) {
        return new QueueChange.Notice(message, ByteBuffer.wrap(text(content)).asReadOnlyBuffer());
    }

    static Diagnostic trouble(String text) {
        return Diagnostic.of(
                Diagnostic.Reason.TLS, new EnhancedStatus(4, 7, 5), text, "mx.bank.example:25");
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] randomBytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static List<QueueId> ids(List<QueuedMessage> messages) {
        return messages.stream().map(QueuedMessage::id).toList();
    }

    static List<QueueId> idsOf(List<QueueEntry> entries) {
        return entries.stream().map(entry -> entry.id().message()).toList();
    }

    static IntStream times(int count) {
        return IntStream.range(0, count);
    }
}
