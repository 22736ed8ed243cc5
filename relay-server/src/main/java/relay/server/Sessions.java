package relay.server;

import relay.core.delivery.Delivery;
import relay.core.delivery.DeliveryEnd;
import relay.core.delivery.SessionObserver;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.server.engine.SessionRunner;

/// Lets the engine run deliveries: tells the scheduler in its own words how one ended.
record Sessions(Delivery delivery) implements SessionRunner {
    @Override
    public Ending run(Lane lane, PolicyTable policy, SessionObserver observer) {
        return switch (delivery.run(lane, policy, observer)) {
            case DeliveryEnd.Served(var trouble) -> new Ending.Served(trouble);
            case DeliveryEnd.Never(var why) -> new Ending.Never(why);
            case DeliveryEnd.NoHost(var why, _, var failure) ->
                    switch (failure) {
                        // A host that is down may meet the demands when it is back: that is no
                        // failure of
                        // the partner's TLS, for which the operator may have ordered a bounce.
                        case NONE, SOME_HOSTS -> new Ending.NoHost(why);
                        case EVERY_HOST -> new Ending.DemandsUnmet(why);
                    };
        };
    }
}
