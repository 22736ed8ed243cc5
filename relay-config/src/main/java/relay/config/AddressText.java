package relay.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import relay.core.address.IpRange;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.SmartHost.TlsMode;

/// Reads IP addresses with ports, bindings and IP ranges. No name is looked up.
final class AddressText {
    static final String IMPLICIT_TLS = "implicit-tls://";

    /// `[address]:port`, `address:port`, or either without a port.
    private static final Pattern ADDRESS_AND_PORT =
            Pattern.compile(
                    "(?:\\[(?<bracketed>[^\\]]*)\\]|(?<bare>[^:\\[\\]]*))(?::(?<port>.*))?");

    /// The port of examples; for a resolver also the one that is meant where none is written.
    private enum Usual {
        LISTENING(2525),
        RESOLVING(53);

        private final int port;

        Usual(int port) {
            this.port = port;
        }
    }

    private AddressText() {}

    /// `127.0.0.1:2525`, `[::1]:2525`, `implicit-tls://0.0.0.0:465`. Port 0 takes a free one.
    static Parsed<Binding> binding(String text) {
        boolean implicit = text.startsWith(IMPLICIT_TLS);
        String address = implicit ? text.substring(IMPLICIT_TLS.length()) : text;
        if (address.contains("://")) {
            String scheme = address.substring(0, address.indexOf("://") + 3);
            return Parsed.bad(
                    "unknown " + Quoted.of(scheme), "only implicit-tls:// may stand in front");
        }
        return address(address, Usual.LISTENING)
                .map(socket -> new Binding(socket, implicit ? TlsMode.IMPLICIT : TlsMode.STARTTLS));
    }

    /// An IP address and a port; port 0 takes a free one.
    static Parsed<InetSocketAddress> listenAddress(String text) {
        return address(text, Usual.LISTENING);
    }

    /// The IP address of a resolver; the port is 53 where it is left out.
    static Parsed<InetSocketAddress> resolver(String text) {
        return IpRange.address(text).isPresent() && text.contains(":")
                ? Parsed.good(
                        new InetSocketAddress(IpRange.address(text).get(), Usual.RESOLVING.port))
                : address(text, Usual.RESOLVING);
    }

    /// The number of a port from `lowest` to 65535.
    static Optional<Integer> port(String text, int lowest) {
        return text.matches("[0-9]{1,5}")
                ? Optional.of(Integer.parseInt(text)).filter(p -> p >= lowest && p <= 65535)
                : Optional.empty();
    }

    private static Parsed<InetSocketAddress> address(String text, Usual usual) {
        String what = Quoted.of(text) + " is not an IP address and a port";
        Matcher matcher = ADDRESS_AND_PORT.matcher(text);
        if (!matcher.matches()) return Parsed.bad(what, addressHint(text, usual));
        String bracketed = matcher.group("bracketed");
        Optional<InetAddress> address =
                bracketed == null
                        ? IpRange.address(matcher.group("bare"))
                        : IpRange.address(bracketed);
        String port = matcher.group("port");
        if (address.isEmpty()) return Parsed.bad(what, addressHint(text, usual));
        if (port == null && usual == Usual.LISTENING) {
            return Parsed.bad(
                    Quoted.of(text) + " has no port", "for example " + text + ":" + usual.port);
        }
        return Parsed.of(
                (port == null ? Optional.of(usual.port) : port(port, 0))
                        .map(number -> new InetSocketAddress(address.get(), number)),
                Quoted.of(text) + " has no port from 0 to 65535",
                "");
    }

    private static String addressHint(String text, Usual usual) {
        if (text.startsWith("*:")) return "write 0.0.0.0" + text.substring(1);
        if (text.startsWith("localhost:")) return "write 127.0.0.1" + text.substring(9);
        boolean barePair = text.chars().filter(c -> c == ':').count() > 1 && !text.contains("[");
        if (barePair) return "IPv6 addresses stand in brackets: [::1]:" + usual.port;
        return "for example 127.0.0.1:%1$d or [::1]:%1$d; names are not looked up"
                .formatted(usual.port);
    }

    /// `10.1.0.10`, `10.1.0.0/24`, `10.1.0.10-10.1.0.20`, or the same in IPv6.
    static Parsed<IpRange> range(String text) {
        return Parsed.of(
                IpRange.parse(text), Quoted.of(text) + " is not an IP range", rangeHint(text));
    }

    private static String rangeHint(String text) {
        String usual = "for example 10.1.0.10, 10.1.0.0/24, 10.1.0.10-10.1.0.20, ::1";
        if (text.contains("-")) return backwards(text).orElse(usual);
        int slash = text.indexOf('/');
        if (slash < 0) return usual;
        return IpRange.address(text.substring(0, slash))
                .flatMap(address ->
                        port(text.substring(slash + 1), 0)
                                .flatMap(length -> block(address, length)))
                .map(block -> "the block begins at " + block)
                .orElse(usual);
    }

    private static Optional<String> backwards(String text) {
        String[] ends = text.split("-", 2);
        return IpRange.parse(ends[1] + "-" + ends[0])
                .map(_ -> "the lower address comes first, and both are of one family");
    }

    /// The block of that length around an address, such as `10.1.0.0/24`.
    private static Optional<String> block(InetAddress address, int length) {
        byte[] octets = address.getAddress();
        if (length > octets.length * 8) return Optional.empty();
        for (int bit = length; bit < octets.length * 8; bit++) {
            octets[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        try {
            return Optional.of(InetAddress.getByAddress(octets).getHostAddress() + "/" + length);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
