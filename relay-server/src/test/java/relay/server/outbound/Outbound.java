package relay.server.outbound;

import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.delivery.ConnectionPlanner;
import relay.core.delivery.Delivery;
import relay.core.delivery.DeliveryEnd;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.delivery.PartnerCheck;
import relay.core.delivery.SessionObserver;
import relay.core.delivery.TranscriptLine;
import relay.core.event.RelayEvent;
import relay.core.queue.ContentSource;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Envelope;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsProof;
import relay.server.probe.Prober;
import relay.server.transport.EventLoops;

/// The outbound side as a test uses it: a dialer, the messages to send, and what became of them.
final class Outbound implements AutoCloseable {
    static final String HOST = "partner.example";
    static final Source BANK = new Source(Source.Kind.CONNECTOR, "bank");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EventLoops loops;
    private final SmtpDialer dialer;

    /// What was written down of the dialogues.
    final List<TranscriptLine> transcript = new CopyOnWriteArrayList<>();

    private final List<RelayEvent> events = new CopyOnWriteArrayList<>();
    private final Map<QueueId, byte[]> contents = new ConcurrentHashMap<>();
    private final ContentSource source;
    private final List<QueueEntry> entries = new ArrayList<>();
    private final List<QueueEntry> failing = new ArrayList<>();

    Outbound(TrustRoots roots) {
        this(roots, DialogueTimeouts.DEFAULT, new InMemory());
    }

    Outbound(TrustRoots roots, DialogueTimeouts timeouts, ContentsOf contentsOf) {
        this(roots, timeouts, contentsOf, TlsClient.bestProvider());
    }

    Outbound(
            TrustRoots roots,
            DialogueTimeouts timeouts,
            ContentsOf contentsOf,
            SslProvider provider) {
        this.loops = EventLoops.open("outbound", 1);
        this.source = contentsOf.over(contents);
        this.dialer =
                new SmtpDialer(
                        loops,
                        "relay.example.net",
                        timeouts,
                        source,
                        events::add,
                        new TlsClient(provider),
                        new ChainJudge(roots, () -> TestCertificates.NOW),
                        new Transcripts(transcript::addAll, () -> TestCertificates.NOW));
    }

    /// Where content comes from.
    interface ContentsOf {
        ContentSource over(Map<QueueId, byte[]> contents);
    }

    /// A message of one content to the local parts at `example.org`.
    QueueEntry message(byte[] content, String... localParts) {
        var id = new QueueId(entries.size() + 1L);
        contents.put(id, content);
        var envelope =
                new Envelope(
                        id,
                        new ReversePath.Sender(new Mailbox("a", new Domain("example.net"))),
                        Set.of(),
                        content.length,
                        Instant.EPOCH,
                        "internal",
                        InetAddress.getLoopbackAddress());
        List<Mailbox> recipients = new ArrayList<>();
        for (String part : localParts) recipients.add(mailbox(part));
        var entry = QueueEntry.fresh(envelope, 0, new Lane("bank", "example.org", ""), recipients);
        entries.add(entry);
        return entry;
    }

    /// The observer will throw when this entry ends.
    void failOn(QueueEntry entry) {
        failing.add(entry);
    }

    static Mailbox mailbox(String localPart) {
        return new Mailbox(localPart, new Domain("example.org"));
    }

    static HostPlan host(int port, TlsDemand... demands) {
        return host(HOST, port, TlsMode.STARTTLS, List.of(), demands);
    }

    static HostPlan host(
            String name,
            int port,
            TlsMode mode,
            List<SmartHostAuth> identity,
            TlsDemand... demands) {
        return new HostPlan(
                name,
                InetAddress.getLoopbackAddress(),
                port,
                mode,
                List.of(demands),
                PlaintextFallback.ALLOWED,
                identity);
    }

    /// Offers every message to the host over one connection, and waits until it has ended.
    Result deliver(HostPlan host) {
        return deliver(host, TlsUse.TRY);
    }

    Result deliver(HostPlan host, TlsUse tls) {
        var observer = new Observer(entries, failing);
        var end = new CompletableFuture<SessionEnd>();
        Thread.ofVirtual().start(() -> end.complete(dialer.serve(host, tls, observer)));
        observer.end = end.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        return observer;
    }

    /// Offers every message to the hosts that are planned for `domain`, with every fall-back there
    /// is, and says how that ended.
    DeliveryEnd deliver(ConnectionPlanner planner, PolicyTable policy, Domain domain) {
        var delivery = new Delivery(planner, dialer, events::add);
        var observer = new Observer(entries, failing);
        var end = new CompletableFuture<DeliveryEnd>();
        Lane lane = policy.route(domain).lane();
        Thread.ofVirtual().start(() -> end.complete(delivery.run(lane, policy, observer)));
        return end.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /// As `relay verify-tls` looks at them.
    PartnerCheck look(ConnectionPlanner planner, PolicyTable policy, Domain domain) {
        try (var prober = new Prober(planner, dialer)) {
            return prober.check(domain, policy);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    List<RelayEvent> events() {
        return List.copyOf(events);
    }

    @Override
    public void close() {
        dialer.close();
        loops.close();
    }

    /// What became of it all.
    interface Result {
        SessionEnd end();

        /// The outcome for the entry's first recipient.
        DeliveryOutcome outcome(QueueEntry entry);

        Map<Mailbox, DeliveryOutcome> outcomes(QueueEntry entry);

        List<QueueEntry> returned();

        /// Of the session that was opened.
        TlsProof proof();

        /// Of the host, as it was said when the session was opened.
        HostLimits limits();
    }

    /// A scheduler of one lane: offers what it is asked for, and finishes when nothing is left.
    private static final class Observer implements SessionObserver, Result {
        private final Deque<QueueEntry> waiting;
        private final List<QueueEntry> failing;
        private final Map<QueueEntry, Map<Mailbox, DeliveryOutcome>> ended = new LinkedHashMap<>();
        private final List<QueueEntry> returned = new ArrayList<>();
        private int open;
        private @Nullable SessionLink link;
        private @Nullable TlsProof proof;
        private @Nullable HostLimits limits;
        private @Nullable SessionEnd end;

        Observer(Collection<QueueEntry> entries, Collection<QueueEntry> failing) {
            this.failing = List.copyOf(failing);
            this.waiting = new ArrayDeque<>(entries);
            this.open = entries.size();
        }

        @Override
        public synchronized void opened(SessionLink link, TlsProof proof, HostLimits limits) {
            this.link = link;
            this.proof = proof;
            this.limits = limits;
            if (open == 0) link.finish();
        }

        @Override
        public synchronized void ready(int count) {
            for (int i = 0; i < count && !waiting.isEmpty(); i++) {
                Objects.requireNonNull(link).offer(waiting.remove());
            }
        }

        @Override
        public synchronized void ended(
                QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {
            if (failing.contains(entry)) throw new IllegalStateException("observer");
            if (ended.put(entry, outcomes) != null) throw new AssertionError("ended twice");
            if (--open == 0) Objects.requireNonNull(link).finish();
        }

        @Override
        public synchronized void returned(QueueEntry entry) {
            returned.add(entry);
        }

        @Override
        public synchronized SessionEnd end() {
            return Objects.requireNonNull(end);
        }

        @Override
        public DeliveryOutcome outcome(QueueEntry entry) {
            DeliveryOutcome outcome = outcomes(entry).get(entry.recipients().getFirst());
            return Objects.requireNonNull(outcome, "it has not ended");
        }

        @Override
        public synchronized Map<Mailbox, DeliveryOutcome> outcomes(QueueEntry entry) {
            return ended.getOrDefault(entry, Map.of());
        }

        @Override
        public synchronized List<QueueEntry> returned() {
            return List.copyOf(returned);
        }

        @Override
        public synchronized TlsProof proof() {
            return Objects.requireNonNull(proof);
        }

        @Override
        public synchronized HostLimits limits() {
            return Objects.requireNonNull(limits);
        }
    }

    /// Content that is in memory.
    static final class InMemory implements ContentsOf {
        @Override
        public ContentSource over(Map<QueueId, byte[]> contents) {
            return new ContentSource() {
                @Override
                public Reading open(QueueId id) {
                    return new Pieces(inMemory(id), OnDisk.inPiecesOf(64 * 1024));
                }

                @Override
                public byte[] inMemory(QueueId id) {
                    return contents.getOrDefault(id, new byte[0]);
                }
            };
        }
    }

    /// Content that is on disk alone, in pieces of `pieceBytes`, of which the read of number
    /// `failAt` fails (-1: none).
    record OnDisk(int pieceBytes, int failAt, List<String> log) implements ContentsOf {
        static OnDisk inPiecesOf(int bytes) {
            return new OnDisk(bytes, -1, new CopyOnWriteArrayList<>());
        }

        @Override
        public ContentSource over(Map<QueueId, byte[]> contents) {
            return new ContentSource() {
                @Override
                public Reading open(QueueId id) {
                    log.add("open");
                    return new Pieces(contents.getOrDefault(id, new byte[0]), OnDisk.this);
                }

                @Override
                public byte[] inMemory(QueueId id) {
                    return new byte[0];
                }
            };
        }
    }

    private static final class Pieces implements ContentSource.Reading {
        private final byte[] content;
        private final OnDisk disk;
        private int at;
        private int reads;

        Pieces(byte[] content, OnDisk disk) {
            this.content = content;
            this.disk = disk;
        }

        @Override
        public byte[] next() {
            disk.log().add("read");
            if (reads++ == disk.failAt()) {
                throw new ContentSource.ContentLost("disk error", new IOException());
            }
            int to = Math.min(content.length, at + disk.pieceBytes());
            byte[] piece = Arrays.copyOfRange(content, at, to);
            at = to;
            return piece;
        }

        @Override
        public void close() {
            disk.log().add("close");
        }
    }
}
