package relay.config;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import relay.core.routing.DomainFloor;
import relay.core.routing.SendConnector;

/// Reads `connectors.yaml`. Where something is wrong, what it returns is good for further checks
/// only: `problems` then has an error.
record PolicyReader(Map<String, String> environment, Problems problems, Instant now) {
    /// Names that queues and logs use themselves.
    private static final List<String> RESERVED_NAMES = List.of("unreachable", "dsn");

    Policy read(YamlNode tree) {
        Section root = Section.of(tree, problems);
        List<Section> receiving = root.sections("receiveConnectors");
        List<Section> sending = root.sections("sendConnectors");
        checkNames(receiving, "receive connector");
        checkNames(sending, "send connector");
        List<ListeningPoint> points = receiving.stream().map(ReceiveConnectorReader::read).toList();
        BindingRules.check(points, problems);
        Set<String> names =
                points.stream().map(point -> point.connector().name()).collect(Collectors.toSet());
        var sender = new SendConnectorReader(environment, problems, now, names);
        List<SendConnector> senders = sending.stream().map(sender::read).toList();
        var floorReader = new DomainFloorReader(problems, now);
        List<Section> domains = root.sections("domains");
        List<DomainFloor> floors = floorReader.readAll(domains);
        List<Configuration.Probe> probes = new ProbeReader(problems).readAll(domains);
        RoutingNotes.write(root.keyPlace("sendConnectors"), sending, senders, problems);
        return new Policy(
                points.stream().map(ListeningPoint::connector).toList(),
                points.stream().flatMap(point -> point.bindings().stream()).toList(),
                senders,
                floors,
                probes,
                floorReader.readInbound(domains));
    }

    private void checkNames(List<Section> connectors, String kind) {
        var seen = new HashMap<String, Place>();
        for (Section connector : connectors) {
            connector.text("name").ifPresent(name -> checkName(name, kind, seen));
        }
    }

    // Without regard to case: commands, metrics and people would mix up Bank and bank.
    private void checkName(Located<String> name, String kind, Map<String, Place> seen) {
        String folded = name.value().toLowerCase(Locale.ROOT);
        Place first = seen.putIfAbsent(folded, name.place());
        if (first != null) {
            String what = "another " + kind + " is called " + Quoted.of(name.value());
            problems.error(name.place(), what, "on line " + first.line());
        }
        if (RESERVED_NAMES.contains(folded)) {
            String what = "the name " + Quoted.of(name.value()) + " is taken by the relay itself";
            problems.error(name.place(), what, "choose another");
        }
    }
}
