package relay.core.address;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/// A run of IP addresses of one family: a single address, a CIDR block, or `first-last`.
///
/// A host that reaches an IPv6 socket by IPv4 has its IPv4 address here: [InetAddress] unmaps it.
public record IpRange(InetAddress first, InetAddress last) {
    private static final Pattern ADDRESS_CHARACTERS =
            Pattern.compile("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    public IpRange {
        if (first.getAddress().length != last.getAddress().length) {
            throw new IllegalArgumentException(
                    "a range has one address family: " + first + "-" + last);
        }
        if (number(first).compareTo(number(last)) > 0) {
            throw new IllegalArgumentException(
                    "a range begins with its lowest address: " + first + "-" + last);
        }
    }

    /// Reads `192.0.2.7`, `192.0.2.0/24`, `192.0.2.7-192.0.2.9` or the same in IPv6. Empty where it
    /// is none of these, the families differ, the range runs backwards, or a block has bits set
    /// outside its prefix.
    public static Optional<IpRange> parse(String text) {
        int dash = text.indexOf('-');
        int slash = text.indexOf('/');
        if (dash >= 0) return between(text.substring(0, dash), text.substring(dash + 1));
        if (slash >= 0) return block(text.substring(0, slash), text.substring(slash + 1));
        return address(text).map(address -> new IpRange(address, address));
    }

    /// Reads an IP address in its usual written form, never asking the DNS. Empty where it is none.
    public static Optional<InetAddress> address(String text) {
        if (!ADDRESS_CHARACTERS.matcher(text).matches()) return Optional.empty();
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    public boolean contains(InetAddress address) {
        return sameFamily(address)
                && number(first).compareTo(number(address)) <= 0
                && number(address).compareTo(number(last)) <= 0;
    }

    public boolean contains(IpRange other) {
        return contains(other.first) && contains(other.last);
    }

    /// Whether the two have addresses in common.
    public boolean overlaps(IpRange other) {
        return contains(other.first) || other.contains(first);
    }

    /// How many addresses it holds; the smallest of several ranges is the most specific.
    public BigInteger size() {
        return number(last).subtract(number(first)).add(BigInteger.ONE);
    }

    @Override
    public String toString() {
        String from = first.getHostAddress();
        return first.equals(last) ? from : from + "-" + last.getHostAddress();
    }

    private static Optional<IpRange> between(String low, String high) {
        return address(low.strip())
                .flatMap(first -> address(high.strip()).flatMap(last -> ordered(first, last)));
    }

    private static Optional<IpRange> ordered(InetAddress first, InetAddress last) {
        boolean sameFamily = first.getAddress().length == last.getAddress().length;
        return sameFamily && number(first).compareTo(number(last)) <= 0
                ? Optional.of(new IpRange(first, last))
                : Optional.empty();
    }

    private static Optional<IpRange> block(String network, String prefixLength) {
        if (!prefixLength.matches("[0-9]{1,3}")) return Optional.empty();
        return address(network).flatMap(first -> block(first, Integer.parseInt(prefixLength)));
    }

    private static Optional<IpRange> block(InetAddress first, int prefixLength) {
        int bits = first.getAddress().length * 8;
        if (prefixLength > bits) return Optional.empty();
        BigInteger hostPart =
                BigInteger.ONE.shiftLeft(bits - prefixLength).subtract(BigInteger.ONE);
        if (number(first).and(hostPart).signum() != 0) return Optional.empty();
        return Optional.of(new IpRange(first, address(number(first).or(hostPart), bits / 8)));
    }

    private boolean sameFamily(InetAddress address) {
        return address.getAddress().length == first.getAddress().length;
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    private static InetAddress address(BigInteger number, int octets) {
        byte[] bytes = new byte[octets];
        byte[] digits = number.toByteArray();
        int length = Math.min(digits.length, octets);
        System.arraycopy(digits, digits.length - length, bytes, octets - length, length);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
