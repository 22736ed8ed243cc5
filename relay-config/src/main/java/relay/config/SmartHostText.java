package relay.config;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;
import relay.core.routing.SmartHost.TlsMode;

/// Reads smart hosts: `mx.example:587`, `[192.0.2.7]:25`, `[2001:db8::1]`,
/// `implicit-tls://mx.example`.
final class SmartHostText {
    private static final int SMTP_PORT = 25;
    private static final int SUBMISSIONS_PORT = 465;
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(?<host>\\[[^\\]]*\\]|[^:\\[\\]]+)(?::(?<port>.*))?");

    private SmartHostText() {}

    /// The port is 25 where it is left out, and 465 after `implicit-tls://` (RFC 8314 §7.3).
    static Parsed<SmartHost> parse(String text) {
        boolean implicit = text.startsWith(AddressText.IMPLICIT_TLS);
        var mode = implicit ? TlsMode.IMPLICIT : TlsMode.STARTTLS;
        String rest = implicit ? text.substring(AddressText.IMPLICIT_TLS.length()) : text;
        Matcher matcher = HOST_AND_PORT.matcher(rest);
        if (!matcher.matches()) return notASmartHost(text, rest);
        String port = matcher.group("port");
        Optional<Integer> number =
                port == null
                        ? Optional.of(implicit ? SUBMISSIONS_PORT : SMTP_PORT)
                        : AddressText.port(port, 1);
        boolean severalColons = rest.indexOf(':') != rest.lastIndexOf(':');
        if (number.isEmpty() && !severalColons && !rest.contains("//")) {
            return Parsed.bad(Quoted.of(text) + " has no port from 1 to 65535", "");
        }
        return number.isEmpty()
                ? notASmartHost(text, rest)
                : host(matcher.group("host"), text, number.get(), mode);
    }

    private static Parsed<SmartHost> host(String host, String text, int port, TlsMode mode) {
        if (host.startsWith("[")) {
            String inside = host.substring(1, host.length() - 1);
            return address(host)
                    .or(() -> IpRange.address(inside))
                    .<Parsed<SmartHost>>map(address ->
                            Parsed.good(
                                    new SmartHost(
                                            address.getHostAddress(),
                                            HostKind.ADDRESS,
                                            port,
                                            mode)))
                    .orElseGet(() -> notASmartHost(text, host));
        }
        return IpRange.address(host).isPresent()
                ? notASmartHost(text, host)
                : DomainText.name(host)
                        .map(name -> new SmartHost(name.name(), HostKind.NAME, port, mode));
    }

    private static Optional<InetAddress> address(String literal) {
        return Domain.parse(literal).flatMap(Domain::literalAddress);
    }

    private static Parsed<SmartHost> notASmartHost(String text, String host) {
        return Parsed.bad(Quoted.of(text) + " is not a smart host", hint(host));
    }

    private static String hint(String host) {
        if (host.contains("//")) return "only implicit-tls:// may stand in front";
        boolean ipv6 = host.chars().filter(c -> c == ':').count() > 1;
        if (ipv6 || IpRange.address(host).isPresent()) {
            return "an address stands in brackets: [192.0.2.7]:25, [2001:db8::1]:25";
        }
        return "for example mx1.filter.example:587 or [192.0.2.7]:25";
    }
}
