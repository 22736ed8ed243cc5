package relay.server.store;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import relay.core.queue.QueueId;

/// Numbers messages by the time in microseconds, always upwards: a number is one more than the last
/// where the clock does not say more.
///
/// The disk holds a `reserved` number that is above every number given out, so that the next
/// process begins higher, also when the clock was set back or no message is left. The writer raises
/// it well before it is reached. [#next] is for any thread, the rest for the writer's.
final class QueueIds {
    /// How far ahead the writer reserves, in microseconds and numbers.
    static final long AHEAD =
            ChronoUnit.MICROS.between(Instant.EPOCH, Instant.EPOCH.plusSeconds(600));

    private static final long ELEVEN_DIGITS = 1L << 50;

    private final InstantSource clock;
    private final AtomicLong last;
    private volatile long reserved;

    /// `reserved` is what the disk says: no number from it on was given out.
    QueueIds(InstantSource clock, long reserved) {
        this.clock = clock;
        this.last = new AtomicLong(Math.max(reserved, ELEVEN_DIGITS) - 1);
        this.reserved = reserved;
    }

    QueueId next() {
        long now = micros();
        // A clock that has run ahead of the reservation may only count, until the writer has caught
        // up: five minutes' worth of numbers are left for that.
        long time = now < reserved - AHEAD / 2 ? now : 0;
        return new QueueId(last.updateAndGet(before -> Math.max(before + 1, time)));
    }

    /// Whether the writer should reserve more.
    boolean runsLow() {
        return Math.max(last.get(), micros()) > reserved - AHEAD * 3 / 4;
    }

    /// What to reserve now.
    long wanted() {
        return Math.max(last.get(), micros()) + AHEAD;
    }

    /// `number` is on disk.
    void reserved(long number) {
        reserved = number;
    }

    /// What the disk needs to say when no more numbers will be given out.
    long afterLast() {
        return last.get() + 1;
    }

    private long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }
}
