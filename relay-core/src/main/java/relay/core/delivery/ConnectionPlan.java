package relay.core.delivery;

import java.util.List;
import relay.core.queue.Diagnostic;

/// Where mail of one lane can go now.
public sealed interface ConnectionPlan {

    /// Hosts in the order to try them; at least one. `passedOver` says why others cannot be used
    /// now.
    record Hosts(List<HostPlan> hosts, List<Diagnostic> passedOver) implements ConnectionPlan {
        public Hosts {
            hosts = List.copyOf(hosts);
            passedOver = List.copyOf(passedOver);
        }
    }

    /// Nowhere, for now.
    record NotNow(Diagnostic why) implements ConnectionPlan {}

    /// Nowhere, ever: the domain does not exist or takes no mail. `why` has a permanent status.
    record Never(Diagnostic why) implements ConnectionPlan {}
}
