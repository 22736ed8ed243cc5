package relay.core.delivery;

import relay.core.routing.SendConnector;

/// The DNS as each send connector asks it: of servers of its own, or of those of the relay.
@FunctionalInterface
public interface Resolvers {

    /// For look-ups of the connector's hosts. Any thread; does not block.
    Resolver of(SendConnector connector);

    /// The same for all.
    static Resolvers all(Resolver resolver) {
        return _ -> resolver;
    }
}
