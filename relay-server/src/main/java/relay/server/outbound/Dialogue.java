package relay.server.outbound;

import java.util.List;
import relay.core.delivery.SessionInput;
import relay.core.delivery.SessionOutput;

/// An [relay.core.delivery.OutboundSession] as its connection sees it.
@FunctionalInterface
interface Dialogue {

    /// What is to be done, in order.
    List<SessionOutput> on(SessionInput input);

    /// Nothing more is told to it: the connection failed by a fault of ours.
    default void abandon() {}
}
