package relay.core.delivery;

import java.time.Instant;
import java.util.List;
import relay.core.address.Domain;
import relay.core.event.RelayEvent.StsFetch;
import relay.core.tls.StsPolicy;

/// What an operator can see and do about the MTA-STS policies that are kept. Any thread.
public interface StsControl {

    /// A policy that was fetched and holds until its `max_age` has gone by. `id` is that of the
    /// TXT record.
    record KeptPolicy(Domain domain, StsPolicy policy, String id, Instant fetchedAt) {
        public Instant expiresAt() {
            return fetchedAt.plus(policy.maxAge());
        }
    }

    /// Those that hold now, by domain.
    List<KeptPolicy> kept();

    /// Fetches the policy of `domain` now. What is kept is replaced only by what was fetched.
    /// Blocks for about a minute at most.
    StsFetch refresh(Domain domain);

    /// Forgets the policies of those of `domains` that have one, and says which: until it is
    /// fetched again nothing of it holds. Writes to the disk.
    List<Domain> purge(List<Domain> domains);
}
