package relay.server.engine;

import relay.core.delivery.SessionObserver;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.scheduler.SchedulerEvent.Ending;

/// Plans, dials and serves one connection for a lane. Blocks the calling virtual thread until the
/// connection has ended; never throws for what the network or a host does.
public interface SessionRunner {
    Ending run(Lane lane, PolicyTable policy, SessionObserver observer);
}
