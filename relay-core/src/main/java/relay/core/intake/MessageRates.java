package relay.core.intake;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Conduct;

/// How fast each source sends messages: a bucket of tokens for each, which holds those of one minute.
///
/// Knows 10,000 sources at the most and forgets those first that have not been heard of for longest.
/// Any thread.
public final class MessageRates implements MessageGate {
    static final int MAX_SOURCES = 10_000;
    private static final double MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();

    private record Source(String connector, InetAddress client) {}

    private record Bucket(double tokens, Instant at) {}

    private final InstantSource clock;
    private final Map<Source, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    public MessageRates(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Verdict ask(ReceiveConnector connector, InetAddress client) {
        int perMinute = connector.limits().conduct().maxMessagesPerMinute();
        if (perMinute == Conduct.NO_LIMIT || take(connector.name(), client, perMinute)) {
            return new Verdict.Open();
        }
        return new Verdict.Shut(Limit.MESSAGE_RATE, IntakeReplies.TOO_FAST);
    }

    private synchronized boolean take(String connector, InetAddress client, int perMinute) {
        var source = new Source(connector, client);
        Instant now = clock.instant();
        Bucket bucket = buckets.getOrDefault(source, new Bucket(perMinute, now));
        double tokens = Math.min(perMinute, bucket.tokens() + earned(bucket.at(), now, perMinute));
        boolean enough = tokens >= 1;
        buckets.put(source, new Bucket(enough ? tokens - 1 : tokens, now));
        if (buckets.size() > MAX_SOURCES) buckets.remove(buckets.keySet().iterator().next());
        return enough;
    }

    /// A clock that was set back earns nothing.
    private static double earned(Instant since, Instant now, int perMinute) {
        long millis = Math.max(0, Duration.between(since, now).toMillis());
        return millis * perMinute / MINUTE_MILLIS;
    }

    synchronized int sources() {
        return buckets.size();
    }
}
