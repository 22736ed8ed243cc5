package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import relay.core.event.RelayEvent;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.server.interleaving.Program;

/// The store's writer and those who leave work for it. Each program ends by itself, since somebody
/// closes the writer; a wake-up that is lost shows in the time, since the writer then rests for a
/// minute.
final class WriterPrograms {
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int SMALL = 10;

    private WriterPrograms() {}

    /// The writer with a disk in memory.
    abstract static class WithWriter implements Program {
        final DiskDouble disk = new DiskDouble();
        final Mailbox mailbox = new Mailbox();
        final MemoryBudget budget = new MemoryBudget(10 * SMALL, SMALL);
        final List<RelayEvent> events = new ArrayList<>();
        final List<QueuedMessage> heard = new ArrayList<>();
        final StoreWriter writer =
                new StoreWriter(
                        disk,
                        mailbox,
                        budget,
                        new ContentCache(1_000),
                        InstantSource.fixed(TestQueue.NOON),
                        Duration.ofSeconds(10),
                        heard::addAll,
                        events::add);
        final List<Mail> mail = new ArrayList<>();

        Mail mail(long id) {
            var one = new Mail(this, id);
            mail.add(one);
            return one;
        }

        @Override
        public void check(long nanos) {
            assertThat(nanos).as("time in which all waited").isLessThan(SOON_NANOS);
            for (Mail one : mail) {
                assertThat(one.answers).as("answers to " + one.id).hasSize(1);
                assertThat(one.answers.getFirst() instanceof CommitResult.Committed)
                        .isEqualTo(disk.accepted.contains(one.id));
            }
            assertThat(TestQueue.ids(heard)).isEqualTo(disk.accepted);
            assertThat(budget.inMemory()).isZero();
        }
    }

    /// One message of one client.
    static final class Mail {
        final QueueId id;
        final ContentBuffer content;
        final List<CommitResult> answers = new ArrayList<>();
        private final WithWriter program;
        private volatile boolean writable;

        Mail(WithWriter program, long number) {
            this.program = program;
            id = new QueueId(number);
            content = new ContentBuffer(id, SMALL, program.budget, program.mailbox);
        }

        /// Waits where it is told to.
        void send(int bytes) {
            Thread sender = Thread.currentThread();
            writable = false;
            boolean goOn =
                    content.write(
                            new byte[bytes],
                            () -> {
                                writable = true;
                                LockSupport.unpark(sender);
                            });
            while (!goOn && !writable) LockSupport.park(this);
        }

        void end(Runnable answered) {
            var envelope = TestQueue.envelope(id, TestQueue.NOON);
            var recipients = TestQueue.mailboxes("info@bank.example");
            var entry = QueueEntry.fresh(envelope, 0, TestQueue.BANK, recipients);
            var message = new QueuedMessage(envelope, List.of(entry));
            program.mailbox.put(
                    new Job.Accept(
                            message,
                            content,
                            content.finish(),
                            result -> {
                                answers.add(result);
                                answered.run();
                            }));
        }
    }

    /// Two clients, of which the second to be answered closes the queue.
    static final class TwoClients extends WithWriter {
        private int answered;

        @Override
        public List<Runnable> threads() {
            return List.of(writer, () -> client(mail(1)), () -> client(mail(2)));
        }

        private void client(Mail one) {
            one.send(5);
            one.end(() -> {
                if (++answered == 2) writer.close();
            });
        }
    }

    /// A change is all there is to do.
    static final class ChangeAlone extends WithWriter {
        @Override
        public List<Runnable> threads() {
            disk.onChange = writer::close;
            return List.of(writer, () -> mailbox.put(change()));
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(disk.changes).isEqualTo(1);
        }
    }

    /// The queue is closed while a client hands over its message.
    static final class ClosedMeanwhile extends WithWriter {
        @Override
        public List<Runnable> threads() {
            Mail one = mail(1);
            return List.of(
                    writer,
                    () -> {
                        one.send(5);
                        one.end(() -> {});
                    },
                    writer::close);
        }
    }

    /// A content larger than there is room for.
    static final class SenderWaits extends WithWriter {
        @Override
        public List<Runnable> threads() {
            Mail large = mail(1);
            return List.of(
                    writer,
                    () -> {
                        large.send(2 * SMALL);
                        large.send(2 * SMALL);
                        large.end(writer::close);
                    });
        }
    }

    /// Two senders share the room that there is.
    static final class SendersShare extends WithWriter {
        private int answered;

        @Override
        public List<Runnable> threads() {
            return List.of(writer, () -> send(mail(1)), () -> send(mail(2)));
        }

        private void send(Mail large) {
            large.send(2 * SMALL);
            large.end(() -> {
                if (++answered == 2) writer.close();
            });
        }
    }

    /// The disk fails once, while there are a message, a change and a question.
    static class DiskFailsOnce extends WithWriter {
        private boolean loaded;

        @Override
        public List<Runnable> threads() {
            disk.failures = 1;
            Mail one = mail(1);
            return List.of(
                    writer,
                    () -> {
                        one.send(5);
                        one.end(() -> {});
                    },
                    () -> {
                        mailbox.put(change());
                        mailbox.put(
                                new Job.Load(
                                        new LoadQuery.Due(TestQueue.BANK, TestQueue.NOON, 1),
                                        _ -> {
                                            loaded = true;
                                            writer.close();
                                        }));
                    });
        }

        @Override
        public void check(long nanos) {
            super.check(nanos);
            assertThat(loaded).isTrue();
            assertThat(disk.changes).isEqualTo(1);
        }
    }

    /// The same with an error.
    static final class DiskOverflowsOnce extends DiskFailsOnce {
        DiskOverflowsOnce() {
            disk.overflows = true;
        }
    }

    private static Job change() {
        return new Job.Change(new QueueChange.MakeDue(TestQueue.BANK, TestQueue.NOON));
    }
}
