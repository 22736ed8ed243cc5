package relay.bench;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What became of each message of a run, by its number: when it was due, acknowledged, and first
/// delivered. Times are [System#nanoTime]. Any thread; a message's own times are written by one
/// thread each.
final class Ledger {
    private static final long NEVER = Long.MIN_VALUE;

    private final long[] due;
    private final long[] accepted;
    private final long[] delivered;
    private final AtomicInteger acceptedCount = new AtomicInteger();
    private final AtomicInteger deliveredCount = new AtomicInteger();
    private final AtomicInteger duplicates = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicLong begin = new AtomicLong(NEVER);

    Ledger(int messages) {
        due = times(messages);
        accepted = times(messages);
        delivered = times(messages);
    }

    private static long[] times(int messages) {
        long[] times = new long[messages];
        Arrays.fill(times, NEVER);
        return times;
    }

    int messages() {
        return due.length;
    }

    /// The clock of message `number` starts; it is sent now or, where nobody is free, later.
    void due(int number, long nanoTime) {
        due[number] = nanoTime;
        begin.compareAndSet(NEVER, nanoTime);
    }

    void accepted(int number) {
        accepted[number] = System.nanoTime();
        acceptedCount.incrementAndGet();
    }

    /// The relay took it neither now nor for later: a reply that is no 250, or a lost connection.
    void refused() {
        refused.incrementAndGet();
    }

    synchronized void delivered(int number) {
        if (number < 0 || number >= delivered.length) return;
        if (delivered[number] == NEVER) {
            delivered[number] = System.nanoTime();
            deliveredCount.incrementAndGet();
        } else duplicates.incrementAndGet();
    }

    int acceptedCount() {
        return acceptedCount.get();
    }

    int refusedCount() {
        return refused.get();
    }

    int deliveredCount() {
        return deliveredCount.get();
    }

    int duplicates() {
        return duplicates.get();
    }

    /// Acknowledged, and not delivered.
    synchronized int missing() {
        int missing = 0;
        for (int i = 0; i < due.length; i++)
            if (accepted[i] != NEVER && delivered[i] == NEVER) missing++;
        return missing;
    }

    /// Messages per second, from the first that was due to the last acknowledgement.
    synchronized double acceptRate() {
        return rate(accepted, acceptedCount.get(), begin.get());
    }

    /// Messages per second, from the first that was due to the last delivery.
    synchronized double deliverRate() {
        return deliverRateSince(begin.get());
    }

    /// As above, from a moment of [System#nanoTime].
    synchronized double deliverRateSince(long nanoTime) {
        return rate(delivered, deliveredCount.get(), nanoTime);
    }

    private static double rate(long[] times, int count, long begin) {
        long last = Arrays.stream(times).max().orElse(NEVER);
        return count == 0 || last <= begin ? 0 : count * 1e9 / (last - begin);
    }

    /// From due to acknowledged.
    synchronized Latency acceptLatency() {
        return latency(accepted);
    }

    /// From due to delivered.
    synchronized Latency deliverLatency() {
        return latency(delivered);
    }

    private Latency latency(long[] ends) {
        double[] millis = new double[due.length];
        int count = 0;
        for (int i = 0; i < due.length; i++)
            if (due[i] != NEVER && ends[i] != NEVER) millis[count++] = (ends[i] - due[i]) / 1e6;
        double[] sorted = Arrays.copyOf(millis, count);
        Arrays.sort(sorted);
        return count == 0
                ? new Latency(0, 0, 0)
                : new Latency(sorted[count / 2], sorted[(int) (count * 0.99)], sorted[count - 1]);
    }

    /// In milliseconds.
    record Latency(double p50, double p99, double max) {}
}
