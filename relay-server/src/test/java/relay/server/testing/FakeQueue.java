package relay.server.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import relay.core.queue.ContentSource;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.Diagnostic;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.LaneStatus;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueControl;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueueView;
import relay.core.routing.Lane;
import relay.server.admin.AdminSources;

/// A queue that is plain data: tests put lanes, entries and domains in and read back what was
/// retried. Safe for the threads of a server under test.
public final class FakeQueue {
    public final List<LaneStatus> statuses = new CopyOnWriteArrayList<>();
    public final List<LaneCensus> census = new CopyOnWriteArrayList<>();
    public final List<QueueEntry> entries = new CopyOnWriteArrayList<>();
    public final List<QueueView.DomainCount> domains = new CopyOnWriteArrayList<>();
    public final List<Lane> retried = new CopyOnWriteArrayList<>();
    public final AtomicInteger readings = new AtomicInteger();
    public final List<Lane> suspended = new CopyOnWriteArrayList<>();
    public final List<MailOrder> orders = new CopyOnWriteArrayList<>();
    public final List<MailChoice> chosen = new CopyOnWriteArrayList<>();

    /// Messages whose contents cannot be read.
    public final Set<QueueId> lost = ConcurrentHashMap.newKeySet();

    /// Why the relay is not ready; empty while it is.
    public final List<String> notReady = new CopyOnWriteArrayList<>();

    /// What was handed in from files, as it came.
    public final List<byte[]> replayed = new CopyOnWriteArrayList<>();

    /// What orders are answered with, beside what is done.
    public volatile long underWay;

    public volatile long leftAlone;
    public volatile long poison;
    private volatile boolean silent;

    /// The contents: `Subject: ID`, and eight-bit octets; or lost.
    public ContentSource contents() {
        return new ContentSource() {
            @Override
            public Reading open(QueueId id) {
                if (lost.contains(id)) throw FakeQueue.lost(id);
                byte[] content = ("Subject: " + id + "\r\n\r\n\u00e9\r\n").getBytes(ISO_8859_1);
                var pieces = new ArrayDeque<byte[]>(List.of(content, new byte[0]));
                return new Reading() {
                    @Override
                    public byte[] next() {
                        return pieces.isEmpty() ? new byte[0] : pieces.removeFirst();
                    }

                    @Override
                    public void close() {
                        pieces.clear();
                    }
                };
            }

            @Override
            public byte[] inMemory(QueueId id) {
                return new byte[0];
            }
        };
    }

    /// Writes `a copy`.
    public AdminSources.Backup backup() {
        return file -> {
            Files.writeString(Files.createFile(file), "a copy");
            return 6;
        };
    }

    /// Takes what begins with `X-Sender`, as the message of the samples.
    public AdminSources.Replays replays() {
        return (file, _) -> {
            byte[] octets = file.readAllBytes();
            if (!new String(octets, ISO_8859_1).startsWith("X-Sender")) {
                return new AdminSources.Replayed.Malformed("no envelope");
            }
            replayed.add(octets);
            return new AdminSources.Replayed.Taken(
                    Samples.message(
                            Samples.entry(
                                    replayed.size(),
                                    Samples.BANK,
                                    Samples.mailbox("bob", "bank.example"))));
        };
    }

    private static ContentLost lost(QueueId id) {
        String why = "content of " + id + ": gone";
        return new ContentLost(why, new IllegalStateException(why));
    }

    /// From now on nothing that is asked of the scheduler completes.
    public void fallSilent() {
        silent = true;
    }

    /// A lane in retry with `waiting` messages of 1,000 bytes, the oldest from `oldest`.
    public void add(Lane lane, long waiting, Instant oldest, Instant retryAt, Diagnostic trouble) {
        statuses.add(
                new LaneStatus(
                        lane,
                        LaneStatus.Status.RETRY,
                        0,
                        0,
                        waiting,
                        0,
                        waiting * 1000,
                        retryAt,
                        oldest,
                        30,
                        12,
                        List.of(trouble)));
        add(lane, waiting, oldest);
    }

    /// A lane at work: one message active, the rest ready.
    public void addActive(Lane lane, long messages, Instant oldest) {
        statuses.add(
                new LaneStatus(
                        lane,
                        LaneStatus.Status.ACTIVE,
                        1,
                        messages - 1,
                        0,
                        0,
                        messages * 1000,
                        Instant.EPOCH,
                        Instant.MIN,
                        0,
                        4,
                        List.of()));
        add(lane, messages, oldest);
    }

    /// Turns a lane into one all of whose messages are held.
    public void addHeld(Lane lane, long messages) {
        statuses.removeIf(status -> status.lane().equals(lane));
        statuses.add(
                new LaneStatus(
                        lane,
                        LaneStatus.Status.HELD,
                        0,
                        0,
                        0,
                        messages,
                        messages * 1000,
                        Instant.EPOCH,
                        Instant.MIN,
                        0,
                        0,
                        List.of()));
    }

    private void add(Lane lane, long messages, Instant oldest) {
        var record = LaneRecord.well(lane);
        census.add(new LaneCensus(record, messages, 0, messages * 1000, oldest, oldest));
    }

    public QueueControl control() {
        return new QueueControl() {
            @Override
            public CompletionStage<List<LaneStatus>> lanes() {
                return answer(List.copyOf(statuses));
            }

            @Override
            public CompletionStage<Long> resume(List<Lane> lanes) {
                return answer(
                        statuses.stream()
                                .filter(status -> lanes.contains(status.lane()))
                                .filter(one -> one.status() == LaneStatus.Status.SUSPENDED)
                                .mapToLong(status -> status.messages() - status.held())
                                .sum());
            }

            @Override
            public CompletionStage<Long> suspend(List<Lane> lanes) {
                suspended.addAll(lanes);
                return answer(
                        statuses.stream()
                                .filter(status -> lanes.contains(status.lane()))
                                .mapToLong(LaneStatus::messages)
                                .sum());
            }

            @Override
            public CompletionStage<OrderResult> order(MailOrder order, List<MailChoice> choices) {
                orders.add(order);
                chosen.addAll(choices);
                return answer(new OrderResult(choices.size(), underWay, leftAlone, poison));
            }

            @Override
            public CompletionStage<Long> retry(List<Lane> lanes) {
                retried.addAll(lanes);
                long due =
                        statuses.stream()
                                .filter(status -> lanes.contains(status.lane()))
                                .mapToLong(LaneStatus::waiting)
                                .sum();
                return answer(due);
            }
        };
    }

    private <T> CompletionStage<T> answer(T value) {
        return silent ? new CompletableFuture<>() : CompletableFuture.completedFuture(value);
    }

    public QueueView view() {
        return new QueueView() {
            @Override
            public List<LaneCensus> lanes() {
                readings.incrementAndGet();
                return List.copyOf(census);
            }

            @Override
            public List<QueueEntry> entries(Lane lane, int limit) {
                return entries.stream()
                        .filter(entry -> entry.lane().equals(lane))
                        .limit(limit)
                        .toList();
            }

            @Override
            public List<QueueEntry> message(QueueId id) {
                return entries.stream().filter(entry -> entry.id().message().equals(id)).toList();
            }

            @Override
            public List<DomainCount> longestDomains(int limit) {
                return domains.stream().limit(limit).toList();
            }
        };
    }
}
