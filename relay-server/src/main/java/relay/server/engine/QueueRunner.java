package relay.server.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import relay.core.address.Mailbox;
import relay.core.delivery.SessionObserver;
import relay.core.delivery.SessionObserver.SessionLink;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.LaneStatus;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.MessageStore;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueControl;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.scheduler.Action;
import relay.core.scheduler.Scheduler;
import relay.core.scheduler.SchedulerEvent;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.scheduler.SessionId;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsProof;

/// The shell around the pure [Scheduler]: one thread, `queue-runner`, owns it and everything here
/// but the inbox. Sessions run on a virtual thread each, notices are written by [NoticeDesk].
public final class QueueRunner implements QueueControl {
    private static final Duration TICK = Duration.ofMillis(250);

    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Map<SessionId, SessionLink> links = new HashMap<>();
    private final Map<Long, CompletableFuture<OrderResult>> orders = new HashMap<>();
    private final Questions questions = new Questions();
    private final Scheduler scheduler;
    private final MessageStore store;
    private final SessionRunner sessions;
    private final NoticeDesk notices;
    private final EventSink events;
    private final InstantSource clock;
    private final Thread thread;
    private volatile PolicyTable policy;
    private volatile Phase phase = Phase.RUNNING;
    private int openSessions;
    private long lastOrder;

    private enum Phase {
        RUNNING,
        /// No new attempts; what runs may end.
        DRAINING,
        STOPPED
    }

    /// Begins to work with [#start]. `policy` is the one the scheduler was made with.
    public QueueRunner(
            Scheduler scheduler,
            PolicyTable policy,
            MessageStore store,
            SessionRunner sessions,
            NoticeWriter notices,
            EventSink events,
            InstantSource clock) {
        this(scheduler, policy, store, sessions, notices, NoticeDesk.thread(), events, clock);
    }

    /// `desk` has one thread, and is this runner's from now on.
    QueueRunner(
            Scheduler scheduler,
            PolicyTable policy,
            MessageStore store,
            SessionRunner sessions,
            NoticeWriter notices,
            ExecutorService desk,
            EventSink events,
            InstantSource clock) {
        this.scheduler = scheduler;
        this.policy = policy;
        this.store = store;
        this.sessions = sessions;
        this.events = events;
        this.clock = clock;
        this.notices = new NoticeDesk(notices, desk, store, events, clock, this::tell);
        this.thread = Thread.ofPlatform().name("queue-runner").unstarted(this::run);
    }

    /// Takes up what is on disk and begins to deliver.
    public void start() {
        tell(new SchedulerEvent.Started(store.census()));
        thread.start();
    }

    /// These messages have become ours. Any thread; returns at once.
    public void accepted(List<QueuedMessage> messages) {
        tell(new SchedulerEvent.Accepted(messages));
    }

    /// A new configuration is in force for every attempt from now on.
    public void adopt(PolicyTable changed) {
        policy = changed;
        tell(new SchedulerEvent.PolicyChanged(changed));
    }

    /// Begins no more attempts and waits until those under way have ended, at most `limit`. True
    /// where all have.
    public boolean drain(Duration limit) throws InterruptedException {
        phase = Phase.DRAINING;
        tell(new SchedulerEvent.Stopping());
        thread.join(limit);
        return !thread.isAlive();
    }

    /// Stops at once. What is under way counts as not delivered and is attempted again after the
    /// next start.
    public void stop() throws InterruptedException {
        phase = Phase.STOPPED;
        inbox.add(() -> {});
        thread.join();
        questions.close();
        notices.close();
    }

    /// Whether the thread that delivers is alive; part of `/ready`.
    public boolean isRunning() {
        return thread.isAlive() && phase == Phase.RUNNING;
    }

    @Override
    public CompletionStage<List<LaneStatus>> lanes() {
        CompletableFuture<List<LaneStatus>> answer = questions.ask();
        inbox.add(() -> answer.complete(scheduler.status(clock.instant())));
        return answer;
    }

    @Override
    public CompletionStage<Long> retry(List<Lane> lanes) {
        return changeLanes(
                lanes,
                status -> status.messages() - status.held(),
                new SchedulerEvent.RetryAsked(lanes));
    }

    @Override
    public CompletionStage<Long> resume(List<Lane> lanes) {
        return changeLanes(lanes, QueueRunner::resumable, new SchedulerEvent.ResumeAsked(lanes));
    }

    @Override
    public CompletionStage<Long> suspend(List<Lane> lanes) {
        return changeLanes(lanes, LaneStatus::messages, new SchedulerEvent.SuspendAsked(lanes));
    }

    @Override
    public CompletionStage<OrderResult> order(MailOrder order, List<MailChoice> choices) {
        CompletableFuture<OrderResult> answer = questions.ask();
        inbox.add(() -> {
            long number = ++lastOrder;
            orders.put(number, answer);
            on(new SchedulerEvent.OrderGiven(number, order, choices));
        });
        return answer;
    }

    private static long resumable(LaneStatus lane) {
        boolean suspended = lane.status() == LaneStatus.Status.SUSPENDED;
        return suspended ? lane.messages() - lane.held() : 0;
    }

    private CompletionStage<Long> changeLanes(
            List<Lane> lanes, ToLongFunction<LaneStatus> count, SchedulerEvent change) {
        CompletableFuture<Long> answer = questions.ask();
        inbox.add(() -> {
            var wanted = Set.copyOf(lanes);
            long entries =
                    scheduler.status(clock.instant()).stream()
                            .filter(status -> wanted.contains(status.lane()))
                            .mapToLong(count)
                            .sum();
            on(change);
            afterCommit(() -> answer.complete(entries));
        });
        return answer;
    }

    /// Runs `done` when everything handed to the store before is on disk: it answers a question
    /// after the changes that came before it.
    private void afterCommit(Runnable done) {
        var nobody = new Lane(Lane.UNREACHABLE, "", "");
        store.load(new MessageStore.LoadQuery.Named(nobody, List.of()), _ -> done.run());
    }

    /// The notices of what was removed are written, and then on disk.
    private void orderDone(long number, OrderResult result) {
        CompletableFuture<OrderResult> answer = orders.remove(number);
        if (answer == null) throw new IllegalStateException("nobody ordered " + number);
        notices.afterThese(() -> afterCommit(() -> answer.complete(result)));
    }

    private void tell(SchedulerEvent event) {
        inbox.add(() -> on(event));
    }

    private void run() {
        try {
            work();
        } finally {
            questions.close();
        }
    }

    private void work() {
        var batch = new ArrayList<Runnable>();
        long nextTick = System.nanoTime();
        while (phase != Phase.STOPPED && !isDrained()) {
            long wait = nextTick - System.nanoTime();
            if (wait <= 0) {
                guarded(() -> on(new SchedulerEvent.Tick()));
                nextTick = System.nanoTime() + TICK.toNanos();
                continue;
            }
            takeBatch(batch, wait);
            batch.forEach(this::guarded);
            batch.clear();
        }
    }

    private boolean isDrained() {
        // The desk is idle once it has told what it did: the other way round that could be missed.
        return phase == Phase.DRAINING && openSessions == 0 && notices.isIdle() && inbox.isEmpty();
    }

    private void takeBatch(List<Runnable> batch, long waitNanos) {
        try {
            Runnable first = inbox.poll(waitNanos, TimeUnit.NANOSECONDS);
            if (first != null) batch.add(first);
            inbox.drainTo(batch);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("nobody interrupts the queue runner", interrupted);
        }
    }

    /// A fault in one event, be it a stack overflow or a lack of memory, must not end delivery for
    /// all: what is queued is safe on disk.
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (Throwable fault) {
            report("queue runner", fault);
        }
    }

    /// Where even this fails the relay goes on.
    private void report(String what, Throwable fault) {
        try {
            events.on(RelayEvent.Fault.of(what, fault));
        } catch (Throwable _) {
            // Nobody is left to tell.
        }
    }

    private void on(SchedulerEvent event) {
        for (Action action : scheduler.on(event, clock.instant())) carryOut(action);
    }

    private void carryOut(Action action) {
        switch (action) {
            case Action.OpenSession(var id, var lane) -> openSession(id, lane);
            case Action.Offer(var id, var entry) -> link(id).offer(entry);
            case Action.FinishSession(var id) -> link(id).finish();
            case Action.Load(var query) ->
                    store.load(query, found -> tell(new SchedulerEvent.EntriesLoaded(found)));
            case Action.Change(var change) -> store.change(change);
            case Action.Notify notify -> notices.write(notify);
            case Action.WarnOfDelay warning -> notices.warn(warning);
            case Action.OrderDone(var number, var result) -> orderDone(number, result);
            case Action.Tell(var event) -> events.on(event);
        }
    }

    private SessionLink link(SessionId id) {
        SessionLink link = links.get(id);
        if (link == null) throw new IllegalStateException("no open session " + id);
        return link;
    }

    private void openSession(SessionId id, Lane lane) {
        openSessions++;
        Thread.ofVirtual().name("session-" + id.value()).start(() -> runSession(id, lane));
    }

    private void runSession(SessionId id, Lane lane) {
        Ending ending = new Ending.NoHost(NoticeDesk.UNKNOWN_FAULT);
        try {
            PolicyTable inForce = policy;
            ending = sessions.run(lane, inForce, observer(id, inForce));
        } catch (Throwable fault) {
            ending = new Ending.NoHost(NoticeDesk.internalFault(fault));
            report("session for " + lane, fault);
        } finally {
            ended(id, ending);
        }
    }

    /// However it ended, its place is free again.
    private void ended(SessionId id, Ending ending) {
        inbox.add(() -> {
            links.remove(id);
            openSessions--;
            on(new SchedulerEvent.SessionEnded(id, ending));
        });
    }

    private SessionObserver observer(SessionId id, PolicyTable planned) {
        return new SessionObserver() {
            @Override
            public boolean isWanted() {
                return policy.equals(planned);
            }

            @Override
            public void opened(SessionLink link, TlsProof proof, HostLimits limits) {
                inbox.add(() -> {
                    links.put(id, link);
                    on(new SchedulerEvent.SessionOpened(id, limits));
                });
            }

            @Override
            public void ready(int entries) {
                tell(new SchedulerEvent.SessionReady(id, entries));
            }

            @Override
            public void ended(
                    QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {
                tell(new SchedulerEvent.AttemptEnded(id, entry, outcomes, proof));
            }

            @Override
            public void returned(QueueEntry entry) {
                tell(new SchedulerEvent.EntryReturned(id, entry));
            }
        };
    }
}
