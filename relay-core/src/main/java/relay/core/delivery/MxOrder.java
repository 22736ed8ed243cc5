package relay.core.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import relay.core.delivery.Resolver.MxHost;

/// Puts a domain's MX hosts into the order in which they are tried (RFC 5321 §5.1): the lowest
/// preference first, equal ones in random order, each host once.
sealed interface MxOrder {

    /// At least one host.
    record Hosts(List<String> names) implements MxOrder {}

    /// Every host is a name of the machine that asks (`localhost`): as good as a null MX.
    record NoMail() implements MxOrder {}

    /// This relay itself is among the hosts of the best preference, so that mail would come back.
    record LoopsBack() implements MxOrder {}

    /// Drops `ownName` and every host that is no better than it, lest mail go round in circles.
    static MxOrder of(List<MxHost> records, String ownName, RandomGenerator random) {
        var byPreference = new TreeMap<Integer, Set<String>>();
        for (MxHost mx : records) {
            if (isLoopbackName(mx.host())) continue;
            byPreference.computeIfAbsent(mx.preference(), _ -> new TreeSet<>()).add(mx.host());
        }
        if (byPreference.isEmpty()) return new NoMail();

        var order = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (Set<String> equals : byPreference.values()) {
            if (equals.contains(ownName)) break;
            var shuffled = new ArrayList<>(equals);
            Collections.shuffle(shuffled, random);
            shuffled.stream().filter(seen::add).forEach(order::add);
        }
        return order.isEmpty() ? new LoopsBack() : new Hosts(List.copyOf(order));
    }

    /// Names that mean the asking machine itself everywhere (RFC 6761 §6.3).
    static boolean isLoopbackName(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("localhost.localdomain");
    }
}
