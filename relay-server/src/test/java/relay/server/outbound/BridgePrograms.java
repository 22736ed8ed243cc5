package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslProvider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import relay.core.address.Mailbox;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.delivery.OutboundSession;
import relay.core.delivery.SessionObserver;
import relay.core.event.RelayEvent;
import relay.core.queue.ContentSource;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsProof;
import relay.server.interleaving.Program;
import relay.server.testing.Samples;

/// A connection on Netty's event loop, the scheduler's thread that offers it entries, the thread
/// that waits for its end, and those that judge chains and read contents.
final class BridgePrograms {
    private BridgePrograms() {}

    /// Two entries are there to be sent; what the scheduler hears is handled by the second thread.
    abstract static class WithConnection implements Program {
        private static final TestCertificates CERTIFICATES = new TestCertificates();
        private static final SSLContext HOST =
                CERTIFICATES.named("partner.example").serverContext();

        final HostPlan host = Outbound.host(25);
        final List<QueueEntry> ended = new ArrayList<>();
        final List<QueueEntry> told = new ArrayList<>();
        final List<RelayEvent> events = new ArrayList<>();
        final Deque<QueueEntry> waiting = new ArrayDeque<>();
        final List<QueueEntry> offered = new ArrayList<>();
        final BlockingQueue<Runnable> scheduler = new LinkedBlockingQueue<>();
        final BlockingQueue<Runnable> aside = new LinkedBlockingQueue<>();
        final CompletableFuture<SessionEnd> end = new CompletableFuture<>();
        final OnLoop loop;
        ChainJudge judge = new ChainJudge(CERTIFICATES.roots(), () -> TestCertificates.NOW);
        byte[] inMemory = "hello\r\n".getBytes(US_ASCII);
        int openReadings;
        private SessionObserver.@Nullable SessionLink link;
        private boolean over;
        private boolean asideOver;

        WithConnection(String hangsUpAt, List<SSLContext> tls) {
            waiting.add(entry(1));
            waiting.add(entry(2));
            var client = new TlsClient(SslProvider.JDK);
            loop =
                    new OnLoop(
                            channel ->
                                    new OutboundConnection(
                                            host,
                                            session()::on,
                                            observer(),
                                            surroundings(client),
                                            channel,
                                            end),
                            new PartnerOnLoop(hangsUpAt, tls));
        }

        private static QueueEntry entry(long id) {
            return Samples.entry(id, Samples.BANK, Samples.mailbox("bob", "bank.example"));
        }

        static List<SSLContext> withTls() {
            return List.of(HOST);
        }

        private OutboundSession session() {
            return new OutboundSession(
                    host, TlsUse.TRY, "relay.example", DialogueTimeouts.DEFAULT, () -> "nonce");
        }

        private Surroundings surroundings(TlsClient client) {
            Executor other = aside::add;
            return new Surroundings(client, judge, other, contents(), other, events::add);
        }

        private ContentSource contents() {
            return new ContentSource() {
                @Override
                public Reading open(QueueId id) {
                    openReadings++;
                    return new TwoPieces(() -> openReadings--);
                }

                @Override
                public byte[] inMemory(QueueId id) {
                    return inMemory;
                }
            };
        }

        @Override
        public List<Runnable> threads() {
            return List.of(loop, this::schedule, this::await, this::workAside);
        }

        private void schedule() {
            while (!over) take(scheduler).run();
        }

        private void workAside() {
            while (!asideOver) take(aside).run();
        }

        private static Runnable take(BlockingQueue<Runnable> queue) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /// As the thread of a session does.
        private void await() {
            var _ = end.join();
            // What is aside may have something for the loop, and the loop for what is aside.
            for (int i = 0; i < 2; i++) {
                allBefore(aside::add);
                allBefore(loop);
            }
            scheduler.add(() -> over = true);
            aside.add(() -> asideOver = true);
            loop.end();
        }

        private static void allBefore(Executor executor) {
            var done = new CompletableFuture<Boolean>();
            executor.execute(() -> done.complete(true));
            var _ = done.join();
        }

        void ended(QueueEntry entry) {
            ended.add(entry);
            if (ended.size() == 2) finish();
        }

        void finish() {
            if (link != null) link.finish();
        }

        private SessionObserver observer() {
            return new SessionObserver() {
                @Override
                public void opened(SessionLink opened, TlsProof proof, HostLimits limits) {
                    scheduler.add(() -> link = opened);
                }

                @Override
                public void ready(int entries) {
                    scheduler.add(() -> offer(entries));
                }

                @Override
                public void ended(
                        QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {
                    told.add(entry);
                    onLoop(entry);
                    scheduler.add(() -> WithConnection.this.ended(entry));
                }

                @Override
                public void returned(QueueEntry entry) {
                    told.add(entry);
                }
            };
        }

        /// An entry has ended, as the event loop sees it.
        void onLoop(QueueEntry entry) {}

        private void offer(int entries) {
            for (int i = 0; i < entries && !waiting.isEmpty(); i++) {
                QueueEntry next = waiting.remove();
                offered.add(next);
                if (link != null) link.offer(next);
            }
        }

        @Override
        public void check(long nanos) {
            assertThat(told).as("what came back").containsExactlyInAnyOrderElementsOf(offered);
            assertThat(loop.leaked()).as("bytes that nobody released").isZero();
            assertThat(openReadings).as("readings that nobody closed").isZero();
        }
    }

    /// A content in two pieces.
    private static final class TwoPieces implements ContentSource.Reading {
        private final Runnable onClose;
        private int read;

        TwoPieces(Runnable onClose) {
            this.onClose = onClose;
        }

        @Override
        public byte[] next() {
            return ++read > 2 ? new byte[0] : "hello\r\n".getBytes(US_ASCII);
        }

        @Override
        public void close() {
            onClose.run();
        }
    }

    /// Both entries are delivered.
    static final class Delivers extends WithConnection {
        Delivers() {
            super("", List.of());
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(ended).as("delivered").hasSize(2);
        }
    }

    /// The host hangs up where the second entry is about to be offered.
    static final class HangsUp extends WithConnection {
        HangsUp() {
            super(".", List.of());
        }
    }

    /// The scheduler wants the session to end as soon as it is open.
    static final class Finishes extends WithConnection {
        Finishes() {
            super("", List.of());
            scheduler.add(this::finish);
        }

        @Override
        void ended(QueueEntry entry) {
            ended.add(entry);
            finish();
        }
    }

    /// Contents are read aside, and the host hangs up in the midst of the first.
    static final class LosesContent extends WithConnection {
        LosesContent() {
            super("hello", List.of());
            inMemory = new byte[0];
        }
    }

    /// Contents are read aside.
    static final class ReadsContent extends WithConnection {
        ReadsContent() {
            super("", List.of());
            inMemory = new byte[0];
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(ended).as("delivered").hasSize(2);
        }
    }

    /// The host speaks while its chain is judged, and hangs up.
    static final class HangsUpWhileJudged extends WithConnection {
        HangsUpWhileJudged() {
            super("handshake", withTls());
        }
    }

    /// The host speaks while its chain is judged, and the judge fails.
    static final class JudgeFails extends WithConnection {
        JudgeFails() {
            super("", withTls());
            judge =
                    new ChainJudge(
                            new TestCertificates().roots(),
                            () -> {
                                throw new StackOverflowError("a judge");
                            });
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(events).anyMatch(RelayEvent.Fault.class::isInstance);
        }
    }

    /// The scheduler's side fails with an error when it hears of an entry.
    static final class ObserverFails extends WithConnection {
        ObserverFails() {
            super("", List.of());
        }

        @Override
        void onLoop(QueueEntry entry) {
            throw new StackOverflowError("an observer");
        }
    }
}
