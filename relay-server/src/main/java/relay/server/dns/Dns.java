package relay.server.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.ResolverConfig;
import relay.core.delivery.Resolver;

/// The DNS as the relay uses it: the resolver, and with it, where validation may depend on the
/// servers, an hourly test of them. Close it when nobody asks any more. Any thread.
public final class Dns implements AutoCloseable {
    private static final Duration PER_TRY = Duration.ofSeconds(5);
    private static final Duration PER_QUERY = Duration.ofSeconds(10);
    private static final int MAX_CACHED_ANSWERS = 20_000;

    private final DnsResolver resolver;
    private final DnsSource source;
    private final ScheduledExecutorService tests =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("dnssec-test").factory());

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
        List<InetSocketAddress> asked =
                servers.isEmpty() ? new ResolverConfig().servers() : servers;
        var cache = new DnsCache(MAX_CACHED_ANSWERS, clock);
        byte[] trusted = anchors.length == 0 ? ValidatingSource.builtInAnchors() : anchors;
        source =
                switch (dnssec) {
                    case AUTO ->
                            new DnssecSource(
                                    validating(asked, trusted, clock),
                                    DnsServers.at(asked, PER_TRY),
                                    PER_QUERY,
                                    cache::clear);
                    case REQUIRE -> validating(asked, trusted, clock);
                    case RESOLVER -> DnsServers.withDnssec(asked, PER_TRY, DnsServers.Trust.FULL);
                    case OFF -> DnsServers.at(asked, PER_TRY);
                };
        resolver = DnsResolver.of(source, cache);
        var _ = tests.scheduleWithFixedDelay(source::test, 0, 1, TimeUnit.HOURS);
    }

    private static ValidatingSource validating(
            List<InetSocketAddress> servers, byte[] anchors, InstantSource clock)
            throws IOException {
        var signed = DnsServers.withDnssec(servers, PER_TRY, DnsServers.Trust.NONE);
        return new ValidatingSource(new ServersAsResolver(signed, PER_QUERY), anchors, clock);
    }

    public Resolver resolver() {
        return resolver;
    }

    /// Whether DNSSEC vouches for answers now, so that DANE can hold.
    public boolean validates() {
        return source.validates();
    }

    @Override
    public void close() {
        tests.shutdownNow();
    }
}
