package relay.core.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import relay.core.simulation.Simulation.Report;

/// Runs a row of seeds on two threads.
final class Soak {
    private static final int THREADS = 2;

    private Soak() {}

    /// What a row of seeds amounted to.
    record Sum(long seeds, long submissions, long deliveries, long events, Duration virtual) {
        Sum plus(Report report) {
            return new Sum(
                    seeds + 1,
                    submissions + report.submissions(),
                    deliveries + report.deliveries(),
                    events + report.events(),
                    virtual.plusMillis(report.virtualMillis()));
        }

        Sum plus(Sum other) {
            return new Sum(
                    seeds + other.seeds,
                    submissions + other.submissions,
                    deliveries + other.deliveries,
                    events + other.events,
                    virtual.plus(other.virtual));
        }

        @Override
        public String toString() {
            return "%d seeds, %d virtual days, %d messages, %d deliveries, %d events"
                    .formatted(seeds, virtual.toDays(), submissions, deliveries, events);
        }
    }

    /// Throws what the first failing seed threw.
    static Sum run(long first, long count) {
        var next = new AtomicLong(first);
        var sums = new ArrayList<Sum>();
        var failures = new ArrayList<Throwable>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    Sum sum = some(next, first + count);
                                    synchronized (sums) {
                                        sums.add(sum);
                                    }
                                } catch (RuntimeException | AssertionError broken) {
                                    next.set(first + count);
                                    synchronized (sums) {
                                        failures.add(broken);
                                    }
                                }
                            }));
        }
        threads.forEach(Soak::join);
        if (!failures.isEmpty()) throw new AssertionError(failures.getFirst().getMessage());
        return sum(sums);
    }

    private static Sum sum(List<Sum> sums) {
        return sums.stream().reduce(new Sum(0, 0, 0, 0, Duration.ZERO), Sum::plus);
    }

    private static Sum some(AtomicLong next, long end) {
        var sum = new Sum(0, 0, 0, 0, Duration.ZERO);
        for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
            sum = sum.plus(Simulation.run(seed));
        }
        return sum;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /// `first count`: for a quick run without a test framework.
    public static void main(String[] range) {
        Sum sum = run(Long.parseLong(range[0]), Long.parseLong(range[1]));
        System.out.println(sum);
    }
}
