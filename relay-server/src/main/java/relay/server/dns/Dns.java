package relay.server.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.xbill.DNS.ResolverConfig;
import relay.core.delivery.Resolver;
import relay.core.delivery.Resolvers;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.SendConnector;

/// The DNS as the relay uses it: its own servers, and those that send connectors have instead for
/// their hosts, each with a cache of its own and validated in the same way. Close it when nobody
/// asks any more. Any thread.
public final class Dns implements Resolvers, AutoCloseable {
    private final Dnssec dnssec;
    private final byte[] anchors;
    private final InstantSource clock;
    private final ScheduledExecutorService tests =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("dnssec-test").factory());
    private final AskedServers common;
    private final Map<List<InetSocketAddress>, AskedServers> ofConnectors =
            new ConcurrentHashMap<>();

    /// Who validates with DNSSEC.
    public enum Dnssec {
        /// We do, once a test has shown that the servers pass signatures on.
        AUTO,
        /// We do, whatever a test shows.
        REQUIRE,
        /// The servers do, and the way to them is safe.
        RESOLVER,
        /// Nobody.
        OFF
    }

    /// `servers` are resolvers that do recursion, in the order to ask them; where there is none,
    /// the machine's are taken as they are configured now. `anchors` are DS or DNSKEY records in
    /// zone-file form; empty: those of the root. Throws [IOException] where they cannot be used.
    public Dns(List<InetSocketAddress> servers, Dnssec dnssec, byte[] anchors, InstantSource clock)
            throws IOException {
        this.dnssec = dnssec;
        this.anchors = anchors.length == 0 ? ValidatingSource.builtInAnchors() : anchors.clone();
        this.clock = clock;
        List<InetSocketAddress> asked =
                servers.isEmpty() ? new ResolverConfig().servers() : servers;
        common = ask("the DNS servers", asked);
    }

    private AskedServers ask(String name, List<InetSocketAddress> servers) throws IOException {
        return new AskedServers(name, servers, dnssec, anchors, clock, tests);
    }

    /// For look-ups that are no connector's.
    public Resolver resolver() {
        return common.resolver;
    }

    @Override
    public Resolver of(SendConnector connector) {
        return servers(connector).resolver;
    }

    private AskedServers servers(SendConnector connector) {
        Caller caller = connector.connections().caller();
        return caller.dnsServers().isEmpty()
                ? common
                : ofConnectors.computeIfAbsent(caller.dnsServers(), _ -> ask(caller));
    }

    private AskedServers ask(Caller caller) {
        try {
            String name = "the DNS servers " + String.join(", ", caller.dnsServerNames());
            return ask(name, caller.dnsServers());
        } catch (IOException e) {
            // The anchors were good for the servers of the relay.
            throw new UncheckedIOException(e);
        }
    }

    /// Lets go of servers that none of these connectors names any more.
    public void adopt(Collection<SendConnector> connectors) {
        Set<List<InetSocketAddress>> named =
                connectors.stream()
                        .map(connector -> connector.connections().caller().dnsServers())
                        .collect(Collectors.toSet());
        ofConnectors.forEach((servers, asked) -> {
            if (named.contains(servers)) return;
            ofConnectors.remove(servers);
            asked.retire();
        });
    }

    /// Whether DNSSEC vouches for answers of the relay's servers now, so that DANE can hold.
    public boolean validates() {
        return common.source.validates();
    }

    /// The same of the servers that are asked for this connector's hosts.
    public boolean validates(SendConnector connector) {
        return servers(connector).source.validates();
    }

    @Override
    public void close() {
        tests.shutdownNow();
    }
}
