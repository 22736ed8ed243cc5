package relay.server.engine;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import relay.core.address.Mailbox;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.scheduler.Action;
import relay.core.scheduler.SchedulerEvent;
import relay.core.smtp.EnhancedStatus;

/// Writes notices on a thread of its own, which [#close] ends, and hands them to the store together
/// with the change that they report.
final class NoticeDesk implements AutoCloseable {
    /// For where there is no memory left to say more.
    static final Diagnostic UNKNOWN_FAULT = internalFault("unknown");

    private final ExecutorService thread;
    private final AtomicInteger pending = new AtomicInteger();
    private final NoticeWriter writer;
    private final MessageStore store;
    private final EventSink events;
    private final InstantSource clock;
    private final Consumer<SchedulerEvent> scheduler;

    NoticeDesk(
            NoticeWriter writer,
            ExecutorService thread,
            MessageStore store,
            EventSink events,
            InstantSource clock,
            Consumer<SchedulerEvent> scheduler) {
        this.writer = writer;
        this.thread = thread;
        this.store = store;
        this.events = events;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /// `notice-desk`.
    static ExecutorService thread() {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("notice-desk").daemon(true).factory());
    }

    /// Returns at once; the scheduler hears `Settled`.
    void write(Action.Notify ended) {
        submit(
                () -> writeNotices(ended),
                new SchedulerEvent.Settled(ended.entry().lane(), ended.entry().id()));
    }

    /// Returns at once; the scheduler hears `Warned`.
    void warn(Action.WarnOfDelay warning) {
        submit(
                () -> writeWarning(warning),
                new SchedulerEvent.Warned(warning.entry().lane(), warning.entry().id()));
    }

    /// Runs `next` on the desk's thread when every notice ordered so far has been handed over.
    void afterThese(Runnable next) {
        pending.incrementAndGet();
        thread.execute(() -> {
            next.run();
            pending.decrementAndGet();
        });
    }

    boolean isIdle() {
        return pending.get() == 0;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    static Diagnostic internalFault(Throwable fault) {
        return internalFault(fault.toString());
    }

    private static Diagnostic internalFault(String what) {
        return Diagnostic.of(
                Diagnostic.Reason.LOCAL,
                new EnhancedStatus(4, 3, 0),
                "internal fault: " + what,
                "");
    }

    private static Diagnostic poison(Throwable fault) {
        return Diagnostic.of(
                Diagnostic.Reason.POISON,
                new EnhancedStatus(4, 3, 0),
                "its notice cannot be written: " + fault,
                "");
    }

    private void submit(Runnable work, SchedulerEvent done) {
        pending.incrementAndGet();
        thread.execute(() -> {
            try {
                work.run();
            } catch (Throwable fault) {
                events.on(RelayEvent.Fault.of("notice", fault));
            } finally {
                scheduler.accept(done);
                pending.decrementAndGet();
            }
        });
    }

    private void writeNotices(Action.Notify ended) {
        List<Notice> failures;
        List<Notice> successes;
        try {
            failures = writer.failure(ended.entry(), ended.failed());
            successes = writer.relayed(ended.entry(), ended.relayed());
        } catch (RuntimeException | Error fault) {
            setAside(ended, poison(fault));
            throw fault;
        }
        var all = Stream.concat(failures.stream(), successes.stream()).toList();
        store.change(withNotices(ended.change(), all));
        tellBounced(ended, failures);
        var recipients = List.copyOf(ended.relayed().keySet());
        successes.forEach(notice ->
                events.on(new RelayEvent.SuccessTold(ended.entry(), recipients, notice.message())));
    }

    private void tellBounced(Action.Notify ended, List<Notice> notices) {
        var messages = notices.stream().map(Notice::message).toList();
        for (Map.Entry<Mailbox, Diagnostic> failed : ended.failed().entrySet()) {
            events.on(
                    new RelayEvent.Bounced(
                            ended.entry(), List.of(failed.getKey()), failed.getValue(), messages));
        }
    }

    private void writeWarning(Action.WarnOfDelay warning) {
        QueueEntry entry = warning.entry();
        List<Notice> notices = writer.delay(entry, warning.why());
        store.change(new QueueChange.DelayNoticeSent(entry.id(), notices));
        notices.forEach(notice -> events.on(new RelayEvent.DelayWarned(entry, notice.message())));
    }

    private static QueueChange withNotices(QueueChange change, List<Notice> notices) {
        return switch (change) {
            case QueueChange.End(var entry, _) -> new QueueChange.End(entry, notices);
            case QueueChange.Defer defer ->
                    new QueueChange.Defer(
                            defer.entry(),
                            defer.remaining(),
                            defer.attempts(),
                            defer.nextAttempt(),
                            defer.why(),
                            notices);
            case QueueChange.SetStatus _,
                    QueueChange.MakeDue _,
                    QueueChange.Release _,
                    QueueChange.DelayNoticeSent _,
                    QueueChange.Move _,
                    QueueChange.RecordLane _ ->
                    throw new IllegalArgumentException("what is told of ends or defers: " + change);
        };
    }

    /// The notice cannot be written: whoever failed is kept, for the operator to look at. Whoever
    /// got the message must not get it again.
    private void setAside(Action.Notify ended, Diagnostic why) {
        QueueEntry entry = ended.entry();
        var kept = new ArrayList<>(ended.failed().keySet());
        if (ended.change() instanceof QueueChange.Defer defer) kept.addAll(defer.remaining());
        if (kept.isEmpty()) {
            store.change(ended.change());
            return;
        }
        store.change(
                new QueueChange.Defer(
                        entry.id(), kept, entry.attempts() + 1, clock.instant(), why, List.of()));
        store.change(new QueueChange.SetStatus(entry.id(), EntryStatus.HELD, List.of(why)));
        scheduler.accept(new SchedulerEvent.SetAside(ended));
        events.on(new RelayEvent.Held(entry, List.of(why)));
    }
}
