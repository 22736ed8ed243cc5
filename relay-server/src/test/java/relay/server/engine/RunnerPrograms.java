package relay.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import relay.core.delivery.SessionObserver;
import relay.core.delivery.SessionObserver.SessionLink;
import relay.core.event.RelayEvent;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.LaneCensus;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.scheduler.Scheduler;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.scheduler.SchedulerLimits;
import relay.core.smtp.HostLimits;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet.Shortfall;
import relay.server.interleaving.Program;
import relay.server.testing.Samples;

/// The queue runner with the real scheduler, its sessions, its desk and a store, each on threads of
/// their own. A wake-up that is lost shows in the time, since the runner then waits for its tick.
final class RunnerPrograms {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private RunnerPrograms() {}

    /// One entry is due at the start. The first thread is who starts and ends the relay.
    abstract static class WithRunner implements Program {
        final List<QueueEntry> attempted = new ArrayList<>();
        final List<RelayEvent> events = new ArrayList<>();
        final List<CompletionStage<?>> asked = new ArrayList<>();
        Function<SessionObserver, Ending> session = this::serve;
        DeliveryOutcome outcome = new DeliveryOutcome.Delivered(Reply.plain(250, "ok"));
        private @Nullable Store made;
        private @Nullable QueueRunner begun;
        int endedBefore;
        boolean drained;

        abstract void live() throws InterruptedException;

        @Override
        public List<Runnable> threads() {
            return List.of(this::all);
        }

        private void all() {
            var store = new Store();
            made = store;
            store.ends = endedBefore;
            PolicyTable policy = Samples.policy();
            var runner =
                    new QueueRunner(
                            new Scheduler(SchedulerLimits.DEFAULT, policy),
                            policy,
                            store,
                            (_, _, observer) -> session.apply(observer),
                            new NoNotices(),
                            new ThreadOfItsOwn(),
                            events::add,
                            InstantSource.fixed(Samples.NOON));
            begun = runner;
            try {
                runner.start();
                live();
                runner.stop();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            store.thread.shutdown();
        }

        Store store() {
            return Objects.requireNonNull(made);
        }

        QueueRunner runner() {
            return Objects.requireNonNull(begun);
        }

        /// A session that takes whatever it is offered until it is to finish.
        private Ending serve(SessionObserver observer) {
            BlockingQueue<Optional<QueueEntry>> offers = new LinkedBlockingQueue<>();
            var proof =
                    new TlsProof(
                            "mx", List.of(), new Evidence.Plaintext(Shortfall.NOT_OFFERED, "none"));
            observer.opened(
                    new SessionLink() {
                        @Override
                        public void offer(QueueEntry entry) {
                            offers.add(Optional.of(entry));
                        }

                        @Override
                        public void finish() {
                            offers.add(Optional.empty());
                        }
                    },
                    proof,
                    HostLimits.NONE);
            observer.ready(1);
            try {
                for (var next = offers.take(); next.isPresent(); next = offers.take()) {
                    QueueEntry entry = next.get();
                    attempted.add(entry);
                    observer.ended(
                            entry,
                            entry.recipients().stream()
                                    .collect(Collectors.toMap(r -> r, _ -> outcome)),
                            proof);
                    observer.ready(1);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Ending.Served(List.of());
        }

        @Override
        public void check(long nanos) {
            assertThat(nanos).as("time in which all waited").isLessThan(SOON_NANOS);
            assertThat(endedBefore + attempted.size()).as("attempts").isEqualTo(store().ends);
            assertThat(store().ends).as("times that it ended").isLessThanOrEqualTo(1);
            assertThat(asked)
                    .allSatisfy(question ->
                            assertThat(question.toCompletableFuture()).as("a question").isDone());
        }

        /// How much nobody has taken out of the inbox, but for what wakes the runner to stop it.
        int left() {
            try {
                var inbox = QueueRunner.class.getDeclaredField("inbox");
                inbox.setAccessible(true);
                return ((BlockingQueue<?>) inbox.get(runner())).size() - 1;
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// One entry, which is there until it ends; answers come from another thread.
    static final class Store extends ScriptedStore {
        final ThreadOfItsOwn thread = new ThreadOfItsOwn();
        final BlockingQueue<QueueChange> heardOfEnd = new LinkedBlockingQueue<>();
        int ends;

        @Override
        public void change(QueueChange change) {
            if (!(change instanceof QueueChange.End)) return;
            ends++;
            heardOfEnd.add(change);
        }

        @Override
        public void load(LoadQuery query, Consumer<Loaded> done) {
            thread.execute(() -> {
                boolean found = query instanceof LoadQuery.Due && ends == 0;
                List<QueueEntry> entries = found ? List.of(ENTRY) : List.of();
                done.accept(new Loaded(query, entries, Instant.MAX));
            });
        }

        @Override
        public List<LaneCensus> census() {
            return ends > 0 ? List.of() : super.census();
        }
    }

    /// The entry ends, and then the relay does.
    static class Delivers extends WithRunner {
        @Override
        void live() throws InterruptedException {
            var _ = store().heardOfEnd.take();
            drained = runner().drain(LONG);
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(attempted).hasSize(1);
            assertThat(drained).isTrue();
            assertThat(left()).as("work that was left at a good end").isZero();
        }
    }

    /// As [Delivers], but that a notice is to be written.
    static final class Bounces extends Delivers {
        Bounces() {
            outcome = new DeliveryOutcome.Rejected(Samples.unmetDemand());
        }
    }

    /// The relay ends in good order whatever it is about.
    static final class DrainsAtOnce extends WithRunner {
        @Override
        void live() throws InterruptedException {
            drained = runner().drain(LONG);
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(drained).isTrue();
        }
    }

    /// Who asked before a good end has an answer.
    static final class AsksFirst extends WithRunner {
        @Override
        void live() throws InterruptedException {
            asked.add(runner().lanes());
            drained = runner().drain(LONG);
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(asked)
                    .allSatisfy(question ->
                            assertThat(question.toCompletableFuture())
                                    .as("a question asked before")
                                    .isCompleted());
        }
    }

    /// The relay ends without patience while nothing is to be done.
    static final class StopsAtRest extends WithRunner {
        StopsAtRest() {
            endedBefore = 1;
        }

        @Override
        void live() {
            var question = runner().lanes().toCompletableFuture();
            asked.add(question);
            var _ = question.join();
        }
    }

    /// Questions of two kinds meet an end without patience.
    static final class AsksMeanwhile extends WithRunner {
        AsksMeanwhile() {
            session = _ -> new Ending.Served(List.of());
        }

        @Override
        void live() throws InterruptedException {
            var who = Thread.ofVirtual().unstarted(this::ask);
            who.start();
            runner().stop();
            who.join();
        }

        private void ask() {
            List<Lane> lanes = List.of(Samples.BANK);
            asked.add(runner().lanes());
            asked.add(runner().retry(lanes));
        }

        @Override
        public void check(long nanos) {
            // What ends at once may leave behind what it heard.
            assertThat(nanos).as("time in which all waited").isLessThan(SOON_NANOS);
            assertThat(asked)
                    .hasSize(2)
                    .allSatisfy(question ->
                            assertThat(question.toCompletableFuture()).as("a question").isDone());
        }
    }

    /// A session ends in what nobody expects.
    static final class SessionFails extends WithRunner {
        private final BlockingQueue<Map.Entry<String, Throwable>> failed =
                new LinkedBlockingQueue<>();

        SessionFails() {
            session =
                    _ -> {
                        var fault = new StackOverflowError("too deep");
                        failed.add(Map.entry("session", fault));
                        throw fault;
                    };
        }

        @Override
        void live() throws InterruptedException {
            var _ = failed.take();
            drained = runner().drain(LONG);
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(drained).isTrue();
            assertThat(events).filteredOn(RelayEvent.Fault.class::isInstance).hasSize(1);
        }
    }
}
