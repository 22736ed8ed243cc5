package relay.core.delivery;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import relay.core.delivery.Resolver.AddressAnswer;

/// Puts a host's addresses into the order in which they are tried: IPv6 and IPv4 in turn, IPv6
/// first, so that a dead protocol costs one attempt and not all (RFC 8305 §4).
final class AddressOrder {
    private AddressOrder() {}

    /// Leaves out what no host can have. [AddressAnswer.None] where nothing is left.
    static AddressAnswer of(AddressAnswer.Addresses found) {
        List<InetAddress> usable =
                found.addresses().stream().filter(AddressOrder::isUsable).distinct().toList();
        if (usable.isEmpty()) return new AddressAnswer.None();
        var ipv6 = usable.stream().filter(Inet6Address.class::isInstance).toList();
        var ipv4 = usable.stream().filter(Inet4Address.class::isInstance).toList();
        var order = new ArrayList<InetAddress>();
        for (int i = 0; i < Math.max(ipv6.size(), ipv4.size()); i++) {
            if (i < ipv6.size()) order.add(ipv6.get(i));
            if (i < ipv4.size()) order.add(ipv4.get(i));
        }
        return new AddressAnswer.Addresses(order, found.tlsaNames());
    }

    // A connection to the unspecified address would reach this very machine.
    private static boolean isUsable(InetAddress address) {
        return !address.isAnyLocalAddress() && !address.isMulticastAddress();
    }
}
