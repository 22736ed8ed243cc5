package relay.core.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import relay.core.simulation.Policy.Connector;

/// What an operator may change in a policy while the relay runs. The senders' connector stays.
record Reloads(Luck luck, Draw draw, List<String> domains) {
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
