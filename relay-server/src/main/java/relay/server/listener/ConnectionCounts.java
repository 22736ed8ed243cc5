package relay.server.listener;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.IntakeReplies;
import relay.core.routing.ReceiveConnector;
import relay.core.smtp.Reply;

/// How many connections each receive connector has, in all and from each address. Counts outlive a
/// change of the configuration, as connections do. Any thread.
final class ConnectionCounts {
    private record Source(String connector, InetAddress client) {}

    private final Map<String, Integer> byConnector = new HashMap<>();
    private final Map<Source, Integer> bySource = new HashMap<>();

    /// Why there must not be one more.
    record TooMany(Limit limit, Reply reply) {}

    /// Counts a connection, or says why there must not be one more.
    synchronized Optional<TooMany> open(ReceiveConnector connector, InetAddress client) {
        var limits = connector.limits();
        var source = new Source(connector.name(), client);
        if (byConnector.getOrDefault(connector.name(), 0) >= limits.maxConnections()) {
            return Optional.of(new TooMany(Limit.CONNECTIONS, IntakeReplies.TOO_MANY_CONNECTIONS));
        }
        if (bySource.getOrDefault(source, 0) >= limits.maxConnectionsPerSource()) {
            return Optional.of(
                    new TooMany(Limit.CONNECTIONS_PER_SOURCE, IntakeReplies.TOO_MANY_FROM_SOURCE));
        }
        count(connector, client);
        return Optional.empty();
    }

    /// Counts the connection of `former` as one of `next` from now on, or says why it must not be;
    /// then it stays what it was.
    synchronized Optional<TooMany> move(
            ReceiveConnector former,
            InetAddress formerClient,
            ReceiveConnector next,
            InetAddress nextClient) {
        close(former, formerClient);
        Optional<TooMany> tooMany = open(next, nextClient);
        if (tooMany.isPresent()) count(former, formerClient);
        return tooMany;
    }

    private synchronized void count(ReceiveConnector connector, InetAddress client) {
        byConnector.merge(connector.name(), 1, Integer::sum);
        bySource.merge(new Source(connector.name(), client), 1, Integer::sum);
    }

    synchronized void close(ReceiveConnector connector, InetAddress client) {
        byConnector.computeIfPresent(connector.name(), (_, count) -> oneLess(count));
        bySource.computeIfPresent(
                new Source(connector.name(), client), (_, count) -> oneLess(count));
    }

    // No entry stays behind for an address that has gone.
    @SuppressWarnings("NullAway") // null removes the entry
    private static Integer oneLess(int count) {
        return count > 1 ? count - 1 : null;
    }
}
