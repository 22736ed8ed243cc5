package relay.core.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/// Reads and writes address literals (RFC 5321 §4.1.3): `[192.0.2.7]` and `[IPv6:2001:db8::1]`.
final class AddressLiteral {
    private static final String IPV6_TAG = "IPv6:";

    private AddressLiteral() {}

    static Optional<InetAddress> address(String literal) {
        if (!literal.startsWith("[") || !literal.endsWith("]")) return Optional.empty();
        String inside = literal.substring(1, literal.length() - 1);
        boolean tagged = inside.regionMatches(true, 0, IPV6_TAG, 0, IPV6_TAG.length());
        String text = tagged ? inside.substring(IPV6_TAG.length()) : inside;
        return IpRange.address(text).filter(address -> tagged == address instanceof Inet6Address);
    }

    static Optional<String> normalise(String literal) {
        return address(literal).map(AddressLiteral::of);
    }

    static String of(InetAddress address) {
        return "["
                + (address instanceof Inet6Address ? IPV6_TAG : "")
                + address.getHostAddress()
                + "]";
    }
}
