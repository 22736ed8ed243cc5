package relay.core.delivery;

import java.util.List;
import relay.core.queue.Diagnostic;
import relay.core.tls.Unmet;

/// How one try to get a session with the next hop of a lane ended.
public sealed interface DeliveryEnd {

    /// A host took part: what became of the entries, the observer has heard. `trouble` is as in
    /// [Dialer.SessionEnd.Served].
    record Served(List<Diagnostic> trouble) implements DeliveryEnd {
        public Served {
            trouble = List.copyOf(trouble);
        }
    }

    /// No host took part, so nothing of any envelope was sent; the lane waits. `why` is the most
    /// telling of the troubles, `unmet` every demand that a host did not meet.
    record NoHost(Diagnostic why, List<Unmet> unmet, DemandFailure demandFailure)
            implements DeliveryEnd {
        public NoHost {
            unmet = List.copyOf(unmet);
        }
    }

    /// The next hop can never be reached: the domain does not exist or takes no mail, or no host of
    /// it has what REQUIRETLS demands. `why` has a
    /// permanent status, for every entry of the lane.
    record Never(Diagnostic why) implements DeliveryEnd {}

    /// How far unmet demands are to blame. Where only some hosts failed them, another that was down
    /// may meet them when it is back.
    enum DemandFailure {
        NONE,
        SOME_HOSTS,
        EVERY_HOST
    }
}
