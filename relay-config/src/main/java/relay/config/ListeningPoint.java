package relay.config;

import java.util.List;
import relay.core.address.IpRange;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Binding;

/// A receive connector with the places of what it listens on and whom it listens to.
record ListeningPoint(
        ReceiveConnector connector,
        List<Located<Binding>> bindings,
        List<Located<IpRange>> ranges) {}
