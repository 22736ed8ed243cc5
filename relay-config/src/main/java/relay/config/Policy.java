package relay.config;

import java.util.List;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.SendConnector;

/// What `connectors.yaml` says. `bindings` are those of all receive connectors, with their places.
record Policy(
        List<ReceiveConnector> receiveConnectors,
        List<Located<Binding>> bindings,
        List<SendConnector> sendConnectors,
        List<DomainFloor> domainFloors,
        List<Configuration.Probe> probes,
        List<DomainPattern> inboundTls) {}
