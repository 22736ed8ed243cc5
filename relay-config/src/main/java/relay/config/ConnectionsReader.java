package relay.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.ProtocolLogging;

/// Reads how an entry of `sendConnectors` uses its connections.
record ConnectionsReader(Section section) {
    /// Hosts may take so long for their greeting and their replies (RFC 5321 §4.5.3.2).
    private static final Duration USUAL_PATIENCE = Duration.ofMinutes(5);

    private static final Map<String, ProtocolLogging> PROTOCOL_LOGGING =
            Map.of(
                    "none", ProtocolLogging.NONE,
                    "errors", ProtocolLogging.ERRORS,
                    "all", ProtocolLogging.ALL);

    ConnectorConnections read() {
        return new ConnectorConnections(
                limit("maxConnections"),
                limit("maxMessagesPerConnection"),
                limit("maxMessagesPerMinute"),
                new Caller(
                        helloName(),
                        sourceAddresses(),
                        inactivityTimeout(),
                        dnsServers(),
                        protocolLogging()));
    }

    private int limit(String key) {
        return section.number(key).orElse(ConnectorConnections.UNLIMITED);
    }

    private String helloName() {
        return section.parse("fqdn", DomainText::name)
                .map(Located::value)
                .map(Domain::name)
                .orElse(Caller.DEFAULT.helloName());
    }

    private List<InetAddress> sourceAddresses() {
        var written = section.parseEach("sourceAddresses", ConnectionsReader::address);
        var families = new HashMap<Object, Place>();
        for (Located<InetAddress> address : written) {
            Place first = families.putIfAbsent(address.value().getClass(), address.place());
            if (first == null) continue;
            section.problems()
                    .error(
                            address.place(),
                            Quoted.of(address.written()) + " is the second of its family",
                            "one IPv4 and one IPv6 address at the most; the first is at "
                                    + first.brief());
        }
        return written.stream().map(Located::value).toList();
    }

    private List<InetSocketAddress> dnsServers() {
        return section.parseEach("dnsServers", AddressText::resolver).stream()
                .map(Located::value)
                .toList();
    }

    private ProtocolLogging protocolLogging() {
        return section.word("protocolLogging", PROTOCOL_LOGGING)
                .map(Located::value)
                .orElse(ProtocolLogging.NONE);
    }

    private static Parsed<InetAddress> address(String text) {
        Parsed<InetAddress> read =
                Parsed.of(
                        IpRange.address(text),
                        Quoted.of(text) + " is not an IP address",
                        "one of this machine's own, for example 192.0.2.10 or 2001:db8::10");
        return read.flatMap(address ->
                address.isAnyLocalAddress()
                        ? Parsed.bad(
                                Quoted.of(text) + " is any address",
                                "remove it: the system then chooses")
                        : Parsed.good(address));
    }

    private Duration inactivityTimeout() {
        var written = section.parse("inactivityTimeout", UnitText::duration);
        written.filter(timeout -> timeout.value().compareTo(USUAL_PATIENCE) < 0)
                .ifPresent(timeout ->
                        section.problems()
                                .note(
                                        timeout.place(),
                                        "hosts may take 5m for a reply (RFC 5321 §4.5.3.2); mail"
                                                + " that a slow one has taken is sent twice"));
        return written.map(Located::value).orElse(Caller.DEFAULT.inactivityTimeout());
    }
}
