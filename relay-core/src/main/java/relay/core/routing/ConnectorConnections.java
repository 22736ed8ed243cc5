package relay.core.routing;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// How a send connector uses its connections: how many at once and how many messages over each and
/// in a minute, all lanes of the connector together, and who calls. [#UNLIMITED] is no limit.
///
/// `caller` is how we find the hosts, and what they see of us.
public record ConnectorConnections(
        int maxConnections, int maxMessagesPerConnection, int maxMessagesPerMinute, Caller caller) {
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /// What is left out limits nothing.
    public static final ConnectorConnections DEFAULT =
            new ConnectorConnections(UNLIMITED, UNLIMITED, UNLIMITED, Caller.DEFAULT);

    public ConnectorConnections {
        if (Math.min(maxConnections, Math.min(maxMessagesPerConnection, maxMessagesPerMinute)) < 1)
            throw new IllegalArgumentException("a limit of less than 1 lets nothing through");
    }

    /// How we call on hosts. `helloName` is our name in EHLO, empty for the machine's.
    /// `sourceAddresses` are those to connect from, one of each family at the most; without one of
    /// a host's family the host is not called, and with none at all the system chooses.
    /// `inactivityTimeout` shortens every wait for the host that would be longer. `dnsServers` are
    /// asked where the hosts are, in this order; none: those of the relay. `protocolLogging` is
    /// what is written down of what they and we say.
    public record Caller(
            String helloName,
            List<InetAddress> sourceAddresses,
            Duration inactivityTimeout,
            List<InetSocketAddress> dnsServers,
            ProtocolLogging protocolLogging) {
        /// Nothing is said: the machine's name, any address, and the waits of RFC 5321.
        public static final Caller DEFAULT = new Caller("", List.of(), Duration.ofDays(365));

        public Caller {
            sourceAddresses = List.copyOf(sourceAddresses);
            dnsServers = List.copyOf(dnsServers);
        }

        /// Who asks the DNS servers of the relay, and writes nothing down.
        public Caller(
                String helloName, List<InetAddress> sourceAddresses, Duration inactivityTimeout) {
            this(helloName, sourceAddresses, inactivityTimeout, List.of(), ProtocolLogging.NONE);
        }

        /// The DNS servers for people: `192.0.2.53:53`, `[2001:db8:0:0:0:0:0:53]:53`.
        public List<String> dnsServerNames() {
            return dnsServers.stream().map(Caller::name).toList();
        }

        private static String name(InetSocketAddress server) {
            String address = server.getAddress().getHostAddress();
            boolean ipv6 = server.getAddress() instanceof Inet6Address;
            return (ipv6 ? "[" + address + "]" : address) + ":" + server.getPort();
        }

        /// Whether the host can be called from one of our addresses.
        public boolean reaches(InetAddress host) {
            return sourceAddresses.isEmpty() || !sourceFor(host).isEmpty();
        }

        /// The address to call the host from; empty where the system chooses.
        public List<InetAddress> sourceFor(InetAddress host) {
            return sourceAddresses.stream()
                    .filter(own -> own.getClass().equals(host.getClass()))
                    .toList();
        }
    }
}
