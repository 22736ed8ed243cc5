package relay.core.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import relay.core.routing.ConnectorConnections;

/// What the lanes of one connector use together: connections, and messages in a minute. Confined to
/// the scheduler's thread.
///
/// The rate is a bucket that holds what one second lets through, at least one message, so that a
/// minute never sees more than its messages and a second's. Lanes that find it empty stand in line:
/// whoever has just had a message goes behind all who wait, so that a backlog starves nobody.
final class Allowance {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final double SECONDS = 60;

    private final SequencedSet<LaneState> line = new LinkedHashSet<>();
    private double messages = 1;
    private Instant filledAt = Instant.MIN;
    private int connections;

    void connects() {
        connections++;
    }

    void disconnects() {
        connections--;
    }

    int connections() {
        return connections;
    }

    /// Whether the lane may send a message now; where not, it stands in line from now on.
    boolean take(LaneState lane, int perMinute, Instant now) {
        if (perMinute == ConnectorConnections.UNLIMITED) return true;
        fill(perMinute, now);
        if (messages < 1 || !isReached(lane)) {
            line.add(lane);
            return false;
        }
        messages--;
        line.remove(lane);
        return true;
    }

    /// The message that was allowed is not sent after all.
    void giveBack(int perMinute) {
        if (perMinute != ConnectorConnections.UNLIMITED) messages++;
    }

    /// Who has nothing to send now does not keep the others waiting.
    void tidy(Instant now) {
        line.removeIf(lane -> !lane.canSend(now));
    }

    void leaves(LaneState lane) {
        line.remove(lane);
    }

    /// Whether there is enough for all before the lane, and for it.
    private boolean isReached(LaneState lane) {
        Iterator<LaneState> before = line.iterator();
        for (double left = messages; left >= 1; left--) {
            if (!before.hasNext() || before.next() == lane) return true;
        }
        return false;
    }

    private void fill(int perMinute, Instant now) {
        double capacity = Math.max(1, perMinute / SECONDS);
        boolean isFirst = filledAt.equals(Instant.MIN);
        if (isFirst || now.isAfter(filledAt.plus(MINUTE))) {
            messages = capacity;
        } else if (now.isAfter(filledAt)) {
            double minutes = (double) Duration.between(filledAt, now).toNanos() / MINUTE.toNanos();
            messages = Math.min(capacity, messages + minutes * perMinute);
        }
        filledAt = now;
    }
}
