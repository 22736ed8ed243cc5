package relay.core.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import relay.core.simulation.Policy.Connector;

/// What an operator may change in a policy while the relay runs. The senders' connector stays.
record Reloads(Luck luck, Draw draw, List<String> domains) {
    /// A name that no host shows.
    private static final Policy.Tls NOBODY =
            new Policy.Tls(Policy.Level.NAME, Set.of("nobody.example"));

    Policy change(Policy now, int number) {
        var connectors = new ArrayList<>(now.connectors());
        var floors = new ArrayList<>(now.floors());
        switch (luck.upTo(8)) {
            case 0, 1, 2 -> {
                Policy.Floor floor = draw.floor(domains);
                floors.removeIf(old -> old.pattern().equals(floor.pattern()));
                floors.add(floor);
            }
            case 3 -> {
                if (!floors.isEmpty()) changeFloor(floors);
            }
            case 4 -> replace(connectors, c -> c.with(luck.of(Policy.Use.values())));
            case 5 -> replace(connectors, c -> c.with(draw.tls()));
            case 6 -> replace(connectors, c -> c.with(luck.of(Policy.OnFailure.values())));
            default -> connectors.add(draw.another("n" + number, domains));
        }
        return new Policy(connectors, floors);
    }

    /// More, or something else, is demanded on the way that mail takes just now: of the connector that
    /// the relay called for last, or of the domain that most mail is for.
    Policy tighten(Policy now, String connector, String domain) {
        var connectors = new ArrayList<>(now.connectors());
        var floors = new ArrayList<>(now.floors());
        if (connector.isEmpty() || connector.equals("home") || luck.oneIn(4)) {
            floors.removeIf(old -> old.pattern().equals(domain));
            floors.add(new Policy.Floor(domain, luck.oneIn(2) ? NOBODY : draw.tls()));
        } else {
            connectors.replaceAll(c -> c.name().equals(connector) ? tightened(c) : c);
        }
        return new Policy(connectors, floors);
    }

    private Connector tightened(Connector now) {
        return switch (luck.upTo(5)) {
            case 0 -> now.with(Policy.InClear.NEVER);
            case 1, 2 -> now.with(draw.tls());
            case 3 -> now.with(NOBODY);
            default -> now.smartHosts().size() < 2 ? now.with(NOBODY) : withoutOneHost(now);
        };
    }

    private Connector withoutOneHost(Connector now) {
        var hops = new ArrayList<>(now.smartHosts());
        hops.remove(luck.upTo(hops.size()));
        return now.with(hops);
    }

    /// The words of a floor change, or it goes.
    private void changeFloor(List<Policy.Floor> floors) {
        Policy.Floor old = floors.remove(luck.upTo(floors.size()));
        if (luck.oneIn(2)) floors.add(new Policy.Floor(old.pattern(), draw.tls()));
    }

    private void replace(List<Connector> connectors, UnaryOperator<Connector> change) {
        int at = luck.upTo(connectors.size());
        if (connectors.get(at).name().equals("home")) return;
        connectors.set(at, change.apply(connectors.get(at)));
    }

    /// Nothing is switched off, and nothing waits for the operator any more.
    static Policy healthy(Policy now) {
        return new Policy(
                now.connectors().stream()
                        .map(c -> c.with(Policy.Use.ENABLED))
                        .map(c ->
                                c.onFailure() == Policy.OnFailure.HOLD
                                        ? c.with(Policy.OnFailure.QUEUE)
                                        : c)
                        .toList(),
                now.floors());
    }
}
