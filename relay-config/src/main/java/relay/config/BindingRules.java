package relay.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import relay.core.address.IpRange;
import relay.core.routing.ReceiveConnector.Binding;

/// What several bindings may not do together: be bound twice, begin TLS in two ways, or leave open
/// which connector a client belongs to.
final class BindingRules {
    private BindingRules() {}

    static void check(List<ListeningPoint> points, Problems problems) {
        List<Located<Binding>> bindings = allBindings(points);
        for (int later = 1; later < bindings.size(); later++) {
            for (int first = 0; first < later; first++) {
                checkTogether(bindings.get(first), bindings.get(later), problems);
            }
        }
        points.forEach(point -> checkRepeated(point.bindings(), problems));
        rangesByAddress(points).values().forEach(ranges -> RangeRules.check(ranges, problems));
    }

    /// The admin port is a socket like the others.
    static void checkAdmin(
            List<Located<Binding>> bindings, Located<InetSocketAddress> admin, Problems problems) {
        for (Located<Binding> binding : bindings) {
            InetSocketAddress address = binding.value().address();
            boolean same = address.equals(admin.value()) && address.getPort() != 0;
            if (same || cannotCoexist(address, admin.value())) {
                String what = "the binding at " + binding.place().brief() + " takes this port";
                problems.error(admin.place(), what, "choose another port");
            }
        }
    }

    private static List<Located<Binding>> allBindings(List<ListeningPoint> points) {
        return points.stream().flatMap(point -> point.bindings().stream()).toList();
    }

    private static void checkTogether(
            Located<Binding> first, Located<Binding> later, Problems problems) {
        InetSocketAddress address = later.value().address();
        if (address.equals(first.value().address())) {
            if (first.value().tlsMode() != later.value().tlsMode()) {
                String what = Quoted.of(later.written()) + " begins TLS in another way than at ";
                problems.error(
                        later.place(),
                        what + first.place().brief(),
                        "implicit-tls:// at both, or at neither");
            }
        } else if (cannotCoexist(address, first.value().address())) {
            boolean laterIsWide = covers(address, first.value().address());
            String wide = (laterIsWide ? later : first).written();
            String what = "this port is also bound at " + first.place().brief();
            problems.error(later.place(), what, "write " + wide + " at both: it takes all");
        }
    }

    /// Whether one address of the two takes the other's port as well. `[::]` takes IPv4, too.
    private static boolean cannotCoexist(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() == other.getPort()
                && one.getPort() != 0
                && !one.equals(other)
                && (covers(one, other) || covers(other, one));
    }

    private static boolean covers(InetSocketAddress wide, InetSocketAddress narrow) {
        InetAddress address = wide.getAddress();
        return address.isAnyLocalAddress()
                && address.getAddress().length >= narrow.getAddress().getAddress().length;
    }

    private static void checkRepeated(List<Located<Binding>> bindings, Problems problems) {
        var seen = new LinkedHashSet<Binding>();
        for (Located<Binding> binding : bindings) {
            if (!seen.add(binding.value())) {
                String what = Quoted.of(binding.written()) + " stands here twice";
                problems.error(binding.place(), what, "remove one");
            }
        }
    }

    private static Map<InetSocketAddress, List<Located<IpRange>>> rangesByAddress(
            List<ListeningPoint> points) {
        var ranges = new LinkedHashMap<InetSocketAddress, List<Located<IpRange>>>();
        for (ListeningPoint point : points) {
            Set<InetSocketAddress> addresses = new LinkedHashSet<>();
            point.bindings().forEach(binding -> addresses.add(binding.value().address()));
            addresses.forEach(address ->
                    ranges.computeIfAbsent(address, _ -> new ArrayList<>()).addAll(point.ranges()));
        }
        return ranges;
    }
}
