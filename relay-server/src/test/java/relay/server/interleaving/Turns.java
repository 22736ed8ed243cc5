package relay.server.interleaving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One run of a program. One thread runs at a time; at every step that others could see, [Choices]
/// says who goes on. Watched classes call the static methods in the place of the JDK's.
public final class Turns {
    private static final ThreadLocal<@Nullable Task> TASK = new ThreadLocal<>();
    private static final int MOST_STEPS = 20_000;
    private static final int MOST_SECONDS = 30;
    private static final int LINES = 60;

    private final Choices choices;
    private final List<Task> tasks = new ArrayList<>();

    /// Made by the program, and not started yet.
    private final List<Task> unstarted = new ArrayList<>();

    private final List<String> trace = new ArrayList<>();
    private final Semaphore over = new Semaphore(0);
    private @Nullable Throwable failure;
    private long nanos;
    private int steps;
    private int made;

    private Turns(Choices choices) {
        this.choices = choices;
    }

    private enum State {
        READY,
        PARKED,
        /// For something to be so, which no permit makes.
        WAITING,
        ENDED
    }

    private static final class Task {
        final Turns turns;
        final String name;
        final Semaphore baton = new Semaphore(0);
        final Thread thread;
        State state = State.READY;
        Permit permit = Permit.NONE;
        BooleanSupplier awaited = () -> false;
        long wakeAt = Long.MAX_VALUE;

        Task(Turns turns, String name, Runnable body) {
            this.turns = turns;
            this.name = name;
            this.thread = Thread.ofVirtual().name(name).unstarted(() -> turns.live(this, body));
        }
    }

    private enum Permit {
        NONE,
        GIVEN
    }

    /// Runs the program in one order. Throws what went wrong, with the order.
    static void run(Program program, Choices choices) {
        var turns = new Turns(choices);
        List<Runnable> bodies = program.threads();
        bodies.forEach(body -> turns.tasks.add(turns.task(body)));
        turns.tasks.forEach(task -> task.thread.start());
        turns.handOn(turns.choose(turns.ready()));
        turns.awaitEnd();
        try {
            if (turns.failure != null) throw turns.failure;
            program.check(turns.nanos);
        } catch (Throwable thrown) {
            throw new AssertionError(thrown + "\n" + turns.shown(), thrown);
        }
    }

    private Task task(Runnable body) {
        return new Task(this, "thread " + ++made, body);
    }

    private void awaitEnd() {
        try {
            boolean ended = over.tryAcquire(MOST_SECONDS, TimeUnit.SECONDS);
            if (!ended) failure = new AssertionError("a step of a thread does not return");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// For watched classes: something comes that others can see.
    public static void point(String where) {
        Task task = TASK.get();
        if (task != null) task.turns.step(task, where);
    }

    /// For watched classes, in the place of [java.util.concurrent.locks.LockSupport#parkNanos].
    public static void parkNanos(Object blocker, long nanos) {
        Task task = Objects.requireNonNull(TASK.get());
        task.turns.park(task, task.turns.nanos + nanos);
    }

    /// For watched classes, in the place of [java.util.concurrent.locks.LockSupport#park].
    public static void park(Object blocker) {
        Task task = Objects.requireNonNull(TASK.get());
        task.turns.park(task, Long.MAX_VALUE);
    }

    /// For watched classes, in the place of [java.util.concurrent.locks.LockSupport#unpark].
    public static void unpark(@Nullable Thread thread) {
        point("unpark");
        Task task = TASK.get();
        if (task == null || thread == null) return;
        for (Task other : task.turns.tasks) {
            if (other.thread == thread) other.turns.wake(other);
        }
    }

    /// For watched classes, in the place of [System#nanoTime].
    public static long nanoTime() {
        Task task = TASK.get();
        return task == null ? System.nanoTime() : task.turns.nanos;
    }

    /// For watched classes, in the place of the builder's: the program gets one thread more.
    public static Thread unstarted(Thread.Builder builder, Runnable body) {
        Task task = TASK.get();
        if (task == null) return builder.unstarted(body);
        Task more = task.turns.task(body);
        task.turns.unstarted.add(more);
        return more.thread;
    }

    /// For watched classes, in the place of the builder's.
    public static Thread start(Thread.Builder builder, Runnable body) {
        Thread thread = unstarted(builder, body);
        start(thread);
        return thread;
    }

    /// For watched classes, in the place of [Thread#start].
    public static void start(Thread thread) {
        Task task = TASK.get();
        if (task != null) task.turns.begin(thread);
        thread.start();
    }

    /// For watched classes, in the place of [Thread#join()].
    public static void join(Thread thread) throws InterruptedException {
        Task task = TASK.get();
        if (task == null) thread.join();
        else task.turns.await(task, () -> !task.turns.isAlive(thread), Long.MAX_VALUE);
    }

    /// For watched classes, in the place of [Thread#join(Duration)].
    public static boolean join(Thread thread, Duration limit) throws InterruptedException {
        Task task = TASK.get();
        if (task == null) return thread.join(limit);
        Turns turns = task.turns;
        return turns.await(task, () -> !turns.isAlive(thread), turns.nanos + limit.toNanos());
    }

    /// For watched classes, in the place of [Thread#isAlive].
    public static boolean alive(Thread thread) {
        point("isAlive");
        Task task = TASK.get();
        return task == null ? thread.isAlive() : task.turns.isAlive(thread);
    }

    /// For watched classes, in the place of [BlockingQueue#poll(long, TimeUnit)].
    public static @Nullable Object poll(BlockingQueue<?> queue, long time, TimeUnit unit)
            throws InterruptedException {
        Task task = TASK.get();
        if (task == null) return queue.poll(time, unit);
        task.turns.await(task, () -> !queue.isEmpty(), task.turns.nanos + unit.toNanos(time));
        return queue.poll();
    }

    /// For watched classes, in the place of [BlockingQueue#take].
    public static Object take(BlockingQueue<?> queue) throws InterruptedException {
        Task task = TASK.get();
        if (task != null) task.turns.await(task, () -> !queue.isEmpty(), Long.MAX_VALUE);
        return queue.take();
    }

    /// For watched classes, in the place of [CompletableFuture#join].
    public static @Nullable Object join(CompletableFuture<?> future) {
        Task task = TASK.get();
        if (task != null) task.turns.await(task, future::isDone, Long.MAX_VALUE);
        return future.join();
    }

    private void begin(Thread thread) {
        Task more =
                unstarted.stream().filter(made -> made.thread == thread).findFirst().orElseThrow();
        unstarted.remove(more);
        tasks.add(more);
    }

    private boolean isAlive(Thread thread) {
        return tasks.stream()
                .filter(task -> task.thread == thread)
                .anyMatch(task -> task.state != State.ENDED);
    }

    /// Whether it came to be so before the time was out.
    private boolean await(Task task, BooleanSupplier awaited, long until) {
        step(task, "waiting");
        while (!awaited.getAsBoolean()) {
            if (nanos >= until) return false;
            trace.add(task.name + " waits");
            task.awaited = awaited;
            rest(task, State.WAITING, until);
        }
        return true;
    }

    private void rest(Task task, State how, long until) {
        task.state = how;
        task.wakeAt = until;
        next();
        task.baton.acquireUninterruptibly();
    }

    private void live(Task task, Runnable body) {
        task.baton.acquireUninterruptibly();
        TASK.set(task);
        try {
            body.run();
        } catch (Throwable thrown) {
            end(thrown);
            return;
        }
        task.state = State.ENDED;
        next();
    }

    private void step(Task task, String where) {
        if (++steps > MOST_STEPS) {
            end(new AssertionError("the program does not end"));
            task.baton.acquireUninterruptibly();
        }
        if (!choices.mayPreempt()) return;
        var others = ready();
        others.remove(task);
        int chosen = choices.next(others.size() + 1);
        if (chosen == 0) return;
        choices.preempted();
        trace.add(task.name + " is stopped before " + where);
        handOn(others.get(chosen - 1));
        task.baton.acquireUninterruptibly();
    }

    private void park(Task task, long until) {
        step(task, "parking");
        if (task.permit == Permit.GIVEN) {
            task.permit = Permit.NONE;
            return;
        }
        trace.add(task.name + " parks");
        rest(task, State.PARKED, until);
    }

    private void wake(Task task) {
        if (task.state == State.PARKED) task.state = State.READY;
        else task.permit = Permit.GIVEN;
    }

    /// Somebody else's turn, since whose turn it was cannot go on.
    private void next() {
        List<Task> ready = ready();
        if (ready.isEmpty()) ready = timeOut();
        if (!ready.isEmpty()) handOn(choose(ready));
        else if (tasks.stream().allMatch(task -> task.state == State.ENDED)) over.release();
        else end(new AssertionError("all wait for each other"));
    }

    private List<Task> timeOut() {
        var first =
                tasks.stream()
                        .filter(task -> task.state != State.ENDED)
                        .filter(task -> task.wakeAt != Long.MAX_VALUE)
                        .min(Comparator.comparingLong(task -> task.wakeAt));
        if (first.isEmpty()) return List.of();
        nanos = first.get().wakeAt;
        trace.add("nobody can go on before the time of " + first.get().name + " is out: " + nanos);
        first.get().state = State.READY;
        return List.of(first.get());
    }

    private Task choose(List<Task> from) {
        return from.get(choices.turn(from.size()));
    }

    private void handOn(Task task) {
        trace.add(task.name + " goes on");
        task.baton.release();
    }

    private List<Task> ready() {
        var ready = new ArrayList<Task>();
        for (Task task : tasks) {
            boolean over = task.state == State.WAITING && task.awaited.getAsBoolean();
            if (over) task.state = State.READY;
            if (task.state == State.READY) ready.add(task);
        }
        return ready;
    }

    private void end(Throwable thrown) {
        failure = thrown;
        over.release();
    }

    private String shown() {
        return String.join("\n", trace.subList(Math.max(0, trace.size() - LINES), trace.size()));
    }
}
