package relay.server;

import java.util.ArrayList;
import java.util.List;
import relay.core.delivery.Explanation;
import relay.core.delivery.Explanation.Demand;
import relay.core.delivery.Explanation.Way;
import relay.server.cli.Actions.Fact;

/// An explanation of the routing, fact after fact as the command prints it.
final class Facts {
    private Facts() {}

    static List<Fact> of(Explanation explanation) {
        var facts = new ArrayList<Fact>();
        facts.add(new Fact("domain", explanation.domain(), ""));
        if (explanation.way().isEmpty()) {
            facts.add(new Fact("connector", "none: mail waits in the queue unreachable", ""));
        }
        explanation.way().forEach(way -> add(way, facts));
        facts.add(new Fact("queue", explanation.lane(), ""));
        explanation
                .passedOver()
                .forEach(other ->
                        facts.add(
                                new Fact(
                                        "not chosen",
                                        other.connector()
                                                + " with "
                                                + other.addressSpace()
                                                + ": "
                                                + other.why(),
                                        other.place())));
        explanation.notes().forEach(note -> facts.add(new Fact("note", note, "")));
        return facts;
    }

    private static void add(Way way, List<Fact> facts) {
        facts.add(
                new Fact("connector", way.connector() + ", by " + way.addressSpace(), way.place()));
        way.nextHops().forEach(hop -> facts.add(new Fact("next hop", hop, way.place())));
        way.dnsServers().forEach(server -> facts.add(new Fact("dns server", server, way.place())));
        if (way.demands().isEmpty()) {
            facts.add(new Fact("tls", "opportunistic: nothing demands it", way.place()));
        }
        for (Demand demand : way.demands()) {
            facts.add(
                    new Fact(
                            "tls", demand.demand() + " (" + demand.madeBy() + ")", demand.place()));
        }
        facts.add(new Fact("without tls", way.whenTlsFails(), way.place()));
        way.whenDown().forEach(what -> facts.add(new Fact("when down", what, way.place())));
        facts.add(new Fact("retries", way.retry().toString(), way.place()));
    }
}
