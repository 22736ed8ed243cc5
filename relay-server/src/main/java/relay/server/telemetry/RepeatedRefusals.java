package relay.server.telemetry;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.TurnedAway;

/// Keeps clients that go on and on against a refusal from filling the log: of one client and one
/// kind of refusal the first counts at once, and those of the minute after it together.
///
/// At most [#MAX_KINDS] are remembered; where there are more, the minute of the eldest ends early.
/// Any thread.
final class RepeatedRefusals {
    static final Duration TOGETHER = Duration.ofMinutes(1);
    static final int MAX_KINDS = 10_000;

    /// As many as `times` of which `last` was the last.
    record Repeated(RelayEvent last, long times) {}

    private record Kind(InetAddress client, String connector, String what) {}

    private static final class Minute {
        final long endNanos;
        RelayEvent last;
        long times;

        Minute(long endNanos, RelayEvent first) {
            this.endNanos = endNanos;
            this.last = first;
        }
    }

    private final LongSupplier nanos;

    /// In the order in which they end.
    private final Map<Kind, Minute> minutes = new LinkedHashMap<>();

    /// `nanos` counts nanoseconds, as [System#nanoTime].
    RepeatedRefusals(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Whether the event is told for itself. Else it will be among those that [#over] gives.
    synchronized boolean isFirst(RelayEvent event) {
        if (!(event instanceof TurnedAway refusal)) return true;
        Minute minute = minutes.get(kind(refusal));
        if (minute == null) {
            begin(kind(refusal), event);
            return true;
        }
        minute.last = event;
        minute.times++;
        return false;
    }

    /// Those whose minute is over. Who goes on after that is told of once a minute.
    synchronized List<Repeated> over() {
        if (minutes.isEmpty()) return List.of();
        var over = new ArrayList<Repeated>();
        while (!minutes.isEmpty()) {
            Map.Entry<Kind, Minute> eldest = minutes.entrySet().iterator().next();
            Minute minute = eldest.getValue();
            boolean isOver = nanos.getAsLong() - minute.endNanos >= 0;
            if (!isOver && minutes.size() <= MAX_KINDS) return over;
            minutes.remove(eldest.getKey());
            if (minute.times == 0) continue;
            over.add(new Repeated(minute.last, minute.times));
            if (isOver) begin(eldest.getKey(), minute.last);
        }
        return over;
    }

    private void begin(Kind kind, RelayEvent first) {
        minutes.put(kind, new Minute(nanos.getAsLong() + TOGETHER.toNanos(), first));
    }

    private static Kind kind(TurnedAway refusal) {
        return switch (refusal) {
            case RelayEvent.Refused(var connector, var client, var reply) ->
                    new Kind(client, connector, "refused " + reply.code());
            case RelayEvent.Rejected(var client, var greeting) ->
                    new Kind(client, "", "rejected " + greeting.code());
            case RelayEvent.LimitReached(var connector, var client, var limit, _) ->
                    new Kind(client, connector, limit.label());
        };
    }
}
