package relay.server.testing;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import relay.core.address.Domain;
import relay.core.delivery.StsControl;
import relay.core.event.RelayEvent.StsFetch;
import relay.core.event.RelayEvent.StsFetch.Result;
import relay.core.tls.StsPolicy;

/// MTA-STS policies as plain data: a refresh finds those that are there, and no other.
public final class FakeSts implements StsControl {
    private final Map<String, KeptPolicy> policies = new TreeMap<>();

    /// A policy of a week, fetched at noon.
    public void add(String domain, StsPolicy.Mode mode, String... mx) {
        policies.put(
                domain,
                new KeptPolicy(
                        Samples.domain(domain),
                        new StsPolicy(mode, List.of(mx), Duration.ofDays(7)),
                        "1",
                        Samples.NOON));
    }

    @Override
    public List<KeptPolicy> kept() {
        return List.copyOf(policies.values());
    }

    @Override
    public StsFetch refresh(Domain domain) {
        return policies.containsKey(domain.name())
                ? new StsFetch(domain, Result.FETCHED, "enforce")
                : new StsFetch(domain, Result.FAILED, "no such host");
    }

    @Override
    public List<Domain> purge(List<Domain> domains) {
        return domains.stream().filter(domain -> policies.remove(domain.name()) != null).toList();
    }
}
