package relay.server.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import relay.server.dns.Dns.Dnssec;

/// Servers that are asked, with a cache of their own, and, where validation may depend on them, an
/// hourly test of them. Any thread.
final class AskedServers {
    private static final Duration PER_TRY = Duration.ofSeconds(5);
    private static final Duration PER_QUERY = Duration.ofSeconds(10);
    private static final int MAX_CACHED_ANSWERS = 20_000;

    final DnsResolver resolver;
    final DnsSource source;
    private final Future<?> tests;

    /// `name` is what the log calls them. Throws [IOException] where the `anchors` cannot be used.
    AskedServers(
            String name,
            List<InetSocketAddress> servers,
            Dnssec dnssec,
            byte[] anchors,
            InstantSource clock,
            ScheduledExecutorService tester)
            throws IOException {
        var cache = new DnsCache(MAX_CACHED_ANSWERS, clock);
        source =
                switch (dnssec) {
                    case AUTO ->
                            new DnssecSource(
                                    name,
                                    validating(servers, anchors, clock),
                                    DnsServers.at(servers, PER_TRY),
                                    PER_QUERY,
                                    cache::clear);
                    case REQUIRE -> validating(servers, anchors, clock);
                    case RESOLVER -> DnsServers.withDnssec(servers, PER_TRY, DnsServers.Trust.FULL);
                    case OFF -> DnsServers.at(servers, PER_TRY);
                };
        resolver = DnsResolver.of(source, cache);
        tests = tester.scheduleWithFixedDelay(source::test, 0, 1, TimeUnit.HOURS);
    }

    private static ValidatingSource validating(
            List<InetSocketAddress> servers, byte[] anchors, InstantSource clock)
            throws IOException {
        var signed = DnsServers.withDnssec(servers, PER_TRY, DnsServers.Trust.NONE);
        return new ValidatingSource(new ServersAsResolver(signed, PER_QUERY), anchors, clock);
    }

    /// They are tested no more. Who asks them still gets answers.
    void retire() {
        tests.cancel(false);
    }
}
