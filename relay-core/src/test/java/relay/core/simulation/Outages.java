package relay.core.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import relay.core.simulation.Policy.Connector;
import relay.core.simulation.SimHost.Line;

/// Hosts that are down together, for a while or for good, so that mail fails over; or that are there
/// and want to hear nothing, which is no reason for mail to leave their connector.
final class Outages {
    private static final Rules.Source ANYBODY = new Rules.Source("internal", "s@" + Draw.HOME);

    private final World world;
    private final Luck luck;
    private final long calmAtMillis;

    Outages(World world, Luck luck, long calmAtMillis) {
        this.world = world;
        this.luck = luck;
        this.calmAtMillis = calmAtMillis;
    }

    void schedule() {
        boolean ways = luck.oneIn(world.draw.isCrowded() ? 2 : 6);
        switch (ways ? 0 : luck.upTo(6)) {
            case 0 -> {
                String domain = luck.oneIn(2) ? world.favourite : luck.of(world.domains);
                strike(someWays(domain));
                if (luck.oneIn(3)) sometime(() -> ceases(domain));
            }
            case 1, 2 -> strike(smartHosts());
            case 3 -> {
                Set<String> busy = smartHosts();
                world.partners.busy.addAll(busy);
                world.sim.after(calmAtMillis / 2, () -> world.partners.busy.clear());
            }
            default -> {}
        }
    }

    private void strike(Set<String> hosts) {
        Line line = luck.of(Line.REFUSES, Line.REFUSES, Line.DEAD);
        long from = luck.oneIn(2) ? 0 : luck.between(0, calmAtMillis / 2);
        boolean forGood = luck.oneIn(8);
        world.sim.after(
                from,
                () -> {
                    world.trace.say(() -> hosts + " are " + line);
                    hosts.forEach(host -> world.partners.struck.put(host, line));
                });
        if (luck.oneIn(3)) sometime(world::crash);
        if (!forGood) {
            world.sim.after(
                    luck.between(calmAtMillis / 2, calmAtMillis),
                    () -> world.partners.struck.clear());
        }
    }

    private void sometime(Runnable happening) {
        world.sim.after(luck.between(0, calmAtMillis), happening);
    }

    private void ceases(String domain) {
        world.dns.put(domain, Draw.zone(SimDns.Kind.NO_DOMAIN, List.of()));
    }

    /// Those of most connectors.
    private Set<String> smartHosts() {
        var hosts = new HashSet<String>();
        for (Connector connector : world.policy().connectors()) {
            if (!luck.oneIn(3)) connector.smartHosts().forEach(hop -> hosts.add(hop.host()));
        }
        return hosts;
    }

    /// Those of the connector that mail for a domain goes by, and of some that it may go by then.
    private Set<String> someWays(String domain) {
        var others = new ArrayList<>(Rules.standIns(world.policy(), domain, ANYBODY));
        int left = others.isEmpty() ? 0 : luck.of(0, 1, 1, others.size());
        while (left-- > 0) others.remove(luck.upTo(others.size()));
        var hosts = new HashSet<String>();
        Rules.connector(world.policy(), domain, ANYBODY).ifPresent(others::add);
        for (Connector way : others) {
            if (way.smartHosts().isEmpty()) hosts.addAll(world.dns.hostsNow(domain));
            way.smartHosts().forEach(hop -> hosts.add(hop.host()));
        }
        return hosts;
    }
}
