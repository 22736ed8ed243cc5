package relay.core.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import relay.core.simulation.Policy.Connector;

/// What the hosts, and the lines to them, have written down of calls in vain: a host could not be
/// reached, or the connection was lost, or no reply came, before any mail. Nothing else is a reason for mail
/// to leave its connector.
final class OutageBook {
    /// For so long a connector that was down may be left: the longest wait for its next try, and a
    /// crowd of others before that.
    private static final long LONGEST_MILLIS = 4 * 3_600_000;

    private final Map<String, Long> inVain = new HashMap<>();

    void calledInVain(String host, long atMillis) {
        inVain.put(host, atMillis);
    }

    /// Why mail for a domain must not leave the connector; empty: it may. `mxHosts` are those of the
    /// domain, of which not all need be called.
    Optional<String> objection(Connector first, Set<String> mxHosts, long nowMillis) {
        List<String> hosts = first.smartHosts().stream().map(Policy.Hop::host).toList();
        boolean down =
                hosts.isEmpty()
                        ? mxHosts.stream().anyMatch(host -> wasDown(host, nowMillis))
                        : hosts.stream().allMatch(host -> wasDown(host, nowMillis));
        return down ? Optional.empty() : Optional.of("the hosts of " + first.name() + " are up");
    }

    private boolean wasDown(String host, long nowMillis) {
        Long at = inVain.get(host);
        return at != null && nowMillis - at < LONGEST_MILLIS;
    }
}
