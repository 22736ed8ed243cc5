package relay.core.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Virtual time. One thing happens at a time: pure machines as events, blocking code on a virtual
/// thread that runs only while it holds the baton and gives it back at every wait. What is due at
/// the same moment happens in an order that the seed chooses; time jumps when nothing is due.
final class Sim {
    final Luck luck;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Semaphore director = new Semaphore(0);
    private long now;
    private long order;
    private @Nullable Task running;
    private @Nullable Throwable failure;

    Sim(Luck luck) {
        this.luck = luck;
    }

    /// Something that is to happen.
    static final class Event implements Comparable<Event> {
        private final long due;
        private final int tie;
        private final long order;
        private Runnable work;

        private Event(long due, int tie, long order, Runnable work) {
            this.due = due;
            this.tie = tie;
            this.order = order;
            this.work = work;
        }

        void cancel() {
            work = () -> {};
        }

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(due, other.due);
            if (byTime != 0) return byTime;
            int byLuck = Integer.compare(tie, other.tie);
            return byLuck != 0 ? byLuck : Long.compare(order, other.order);
        }
    }

    /// Blocking code, on its own virtual thread.
    private static final class Task {
        final Semaphore baton = new Semaphore(0);
        boolean killed;
        boolean ended;
    }

    /// The process of this task is gone.
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /// The tasks of one process.
    static final class Tasks {
        private final List<Task> all = new ArrayList<>();
    }

    long nowMillis() {
        return now;
    }

    Event after(long millis, Runnable work) {
        var event = new Event(now + millis, luck.any(), order++, work);
        events.add(event);
        return event;
    }

    /// The time of the next event.
    long nextDue() {
        return events.isEmpty() ? Long.MAX_VALUE : events.element().due;
    }

    /// Lets the next thing happen; false where there is none.
    boolean step() {
        Event next = events.poll();
        if (next == null) return false;
        now = next.due;
        next.work.run();
        return true;
    }

    /// Begins blocking code.
    void spawn(Tasks owner, Runnable body) {
        var task = new Task();
        owner.all.removeIf(other -> other.ended);
        owner.all.add(task);
        Thread.ofVirtual().start(() -> live(task, body));
        pass(task);
    }

    private void live(Task task, Runnable body) {
        task.baton.acquireUninterruptibly();
        try {
            if (!task.killed) body.run();
        } catch (Killed _) {
            task.killed = true;
        } catch (Throwable thrown) {
            failure = thrown;
        } finally {
            task.ended = true;
            director.release();
        }
    }

    /// Ends blocking code where it stands.
    void kill(Tasks owner) {
        for (Task task : List.copyOf(owner.all)) {
            if (task.ended) continue;
            task.killed = true;
            pass(task);
        }
        owner.all.clear();
    }

    /// The one blocking primitive, for tasks: begins something and waits until it has an answer.
    <T> T await(Consumer<Consumer<T>> asking) {
        Task self = java.util.Objects.requireNonNull(running);
        Deque<T> answer = new ArrayDeque<>(1);
        asking.accept(given -> {
            answer.add(given);
            after(0, () -> pass(self));
        });
        director.release();
        self.baton.acquireUninterruptibly();
        if (self.killed) throw new Killed();
        return answer.remove();
    }

    private void pass(Task task) {
        if (task.ended) return;
        Task before = running;
        running = task;
        task.baton.release();
        director.acquireUninterruptibly();
        running = before;
        if (failure instanceof Error error) throw error;
        if (failure instanceof RuntimeException fault) throw fault;
    }
}
