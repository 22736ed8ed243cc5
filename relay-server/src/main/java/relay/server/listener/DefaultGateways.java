package relay.server.listener;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The routers to which a Linux machine sends everything for which it has no better route. On other
/// systems none is known.
final class DefaultGateways {
    private static final Path IPV4 = Path.of("/proc/net/route");
    private static final Path IPV6 = Path.of("/proc/net/ipv6_route");
    private static final int IPV4_DIGITS = 8;
    private static final int IPV6_DIGITS = 32;

    private DefaultGateways() {}

    static Set<InetAddress> ofThisMachine() {
        Set<InetAddress> all = new HashSet<>(ipv4(lines(IPV4)));
        all.addAll(ipv6(lines(IPV6)));
        return all;
    }

    /// Reads `/proc/net/route`: interface, destination, gateway, flags, three counters, mask. An
    /// address is a number there, its octets in the order of a little-endian machine, as all that
    /// we run on are.
    static Set<InetAddress> ipv4(List<String> lines) {
        return gateways(lines, DefaultGateways::ipv4Gateway);
    }

    /// Reads `/proc/net/ipv6_route`: destination, its prefix, source, its prefix, next hop.
    static Set<InetAddress> ipv6(List<String> lines) {
        return gateways(lines, DefaultGateways::ipv6Gateway);
    }

    private static Set<InetAddress> gateways(
            List<String> lines, Function<String[], Optional<String>> gateway) {
        return lines.stream()
                .map(line -> gateway.apply(line.strip().split("\\s+", -1)))
                .flatMap(Optional::stream)
                .map(DefaultGateways::address)
                .filter(address -> !address.isAnyLocalAddress())
                .collect(Collectors.toSet());
    }

    private static Optional<String> ipv4Gateway(String[] words) {
        boolean isDefault =
                words.length > 7
                        && isZero(words[1], IPV4_DIGITS)
                        && isZero(words[7], IPV4_DIGITS)
                        && isHex(words[2], IPV4_DIGITS);
        return isDefault ? Optional.of(reversed(words[2])) : Optional.empty();
    }

    private static Optional<String> ipv6Gateway(String[] words) {
        boolean isDefault =
                words.length > 4
                        && isZero(words[0], IPV6_DIGITS)
                        && words[1].equals("00")
                        && isHex(words[4], IPV6_DIGITS);
        return isDefault ? Optional.of(words[4]) : Optional.empty();
    }

    private static boolean isZero(String word, int digits) {
        return word.equals("0".repeat(digits));
    }

    private static boolean isHex(String word, int digits) {
        return word.matches("[0-9a-fA-F]{" + digits + "}");
    }

    private static String reversed(String octets) {
        var text = new StringBuilder(octets.length());
        for (int i = octets.length(); i > 0; i -= 2) text.append(octets, i - 2, i);
        return text.toString();
    }

    private static InetAddress address(String digits) {
        try {
            return InetAddress.getByAddress(HexFormat.of().parseHex(digits));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException _) {
            return List.of();
        }
    }
}
