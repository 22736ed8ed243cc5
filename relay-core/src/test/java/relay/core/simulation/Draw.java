package relay.core.simulation;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import relay.core.delivery.Resolver.MxHost;
import relay.core.scheduler.SchedulerLimits;
import relay.core.simulation.Policy.Connector;
import relay.core.simulation.Policy.Level;
import relay.core.simulation.Rules.Facts.Chain;
import relay.core.simulation.SimHost.Handshake;
import relay.core.simulation.SimHost.StartTls;

/// Draws a seed's partners: domains, their hosts, and the smart hosts.
final class Draw {
    static final String HOME = "home.example";

    /// Where some of the senders are.
    static final String BRANCH = "branch." + HOME;

    private static final List<String> EXTENSIONS =
            List.of("PIPELINING", "PIPELINING", "SIZE", "8BITMIME", "8BITMIME", "SMTPUTF8");

    private final Luck luck;
    private final Partners partners;
    private final SimDns dns;
    private int addresses;
    private boolean crowded;

    Draw(Luck luck, Partners partners, SimDns dns) {
        this.luck = luck;
        this.partners = partners;
        this.dns = dns;
    }

    List<String> domains() {
        var domains = new ArrayList<>(List.of("d0.example", "a.d0.example", "d1.example"));
        for (int i = luck.upTo(4); i > 0; i--) domains.add("d" + (i + 1) + ".example");
        for (String domain : domains) domain(domain);
        return domains;
    }

    private void domain(String domain) {
        int luckOfKind = luck.upTo(20);
        if (luckOfKind == 0) dns.put(domain, zone(SimDns.Kind.NO_DOMAIN, List.of()));
        else if (luckOfKind == 1) dns.put(domain, zone(SimDns.Kind.NULL_MX, List.of()));
        else if (luckOfKind <= 3) {
            host(domain, "", SimHost.Patience.MAY_REFUSE);
            dns.put(domain, zone(SimDns.Kind.NO_RECORD, List.of()));
        } else {
            var records = new ArrayList<MxHost>();
            for (int i = luck.between(1, 3); i > 0; i--) {
                String name = "mx" + i + "." + domain;
                host(name, "", SimHost.Patience.MAY_REFUSE);
                records.add(new MxHost(luck.between(1, 2) * 10, name));
            }
            if (luck.oneIn(8)) records.add(new MxHost(10, "nowhere." + domain));
            dns.put(domain, zone(SimDns.Kind.MX, records));
        }
    }

    /// Half of the domains have a policy in force, of which some list but one of the hosts.
    static void mtaSts(Luck luck, List<String> domains, SimDns dns) {
        for (String domain : domains) {
            if (luck.oneIn(2)) continue;
            dns.list(
                    domain,
                    luck.oneIn(3) ? List.of("mx1." + domain) : List.of("*." + domain, domain));
        }
    }

    static SimDns.Zone zone(SimDns.Kind kind, List<MxHost> records) {
        return new SimDns.Zone(kind, List.copyOf(records), SimDns.Dnssec.INSECURE);
    }

    /// The senders' own host: it has its troubles, and never says no for good.
    void home() {
        String name = "mx.home.example";
        SimHost home =
                new SimHost(
                        name,
                        List.of(address()),
                        Set.of("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE"),
                        0,
                        "",
                        SimHost.Patience.NEVER_REFUSES,
                        good(name));
        partners.add(home);
        dns.put(HOME, zone(SimDns.Kind.MX, List.of(new MxHost(10, name))));
        dns.put(BRANCH, zone(SimDns.Kind.MX, List.of(new MxHost(10, name))));
    }

    /// The hosts that a connector named so goes by.
    List<Policy.Hop> smartHosts(String connector, String password) {
        var hops = new ArrayList<Policy.Hop>();
        for (int i = luck.between(1, 3); i > 0; i--) {
            String name = "out" + i + "." + connector + ".example";
            host(name, password, SimHost.Patience.MAY_REFUSE);
            hops.add(new Policy.Hop(name, luck.of(Policy.TlsStart.values())));
        }
        return hops;
    }

    private void host(String name, String password, SimHost.Patience patience) {
        var all = new ArrayList<InetAddress>();
        for (int i = luck.of(1, 1, 2); i > 0; i--) all.add(address());
        var extensions = new TreeSet<String>();
        boolean modern = luck.oneIn(2);
        for (String extension : EXTENSIONS) if (modern || luck.oneIn(2)) extensions.add(extension);
        // Chosen without luck, so that seeds of the past stay what they were.
        if (Math.floorMod(name.hashCode(), 3) > 0) extensions.add("REQUIRETLS");
        long maxBytes = luck.oneIn(6) ? luck.between(800, 4_000) : 0;
        SimHost host = new SimHost(name, all, extensions, maxBytes, password, patience, good(name));
        if (luck.oneIn(3)) host.tls = badTls(host);
        if (luck.oneIn(12)) host.line = luck.of(SimHost.Line.values());
        partners.add(host);
    }

    private InetAddress address() {
        int number = ++addresses;
        return luck.oneIn(4)
                ? InetAddress.ofLiteral("2001:db8::" + Integer.toHexString(number))
                : InetAddress.ofLiteral("198.51.100." + number);
    }

    private SimHost.Tls good(String name) {
        String parent = name.substring(name.indexOf('.') + 1);
        Set<String> names =
                luck.oneIn(4) && parent.contains(".") ? Set.of("*." + parent) : Set.of(name);
        return new SimHost.Tls(
                StartTls.OFFERED, Handshake.WORKS, luck.of(12, 13), Chain.GOOD, names);
    }

    /// Some way in which a host's TLS can be less than it should.
    SimHost.Tls badTls(SimHost host) {
        return switch (luck.upTo(6)) {
            case 0 -> host.with(luck.of(StartTls.values()));
            case 1 -> host.with(luck.of(Handshake.values()));
            case 2 -> host.with(luck.of(Chain.values()));
            case 3 -> host.with(10, host.tls.names());
            case 4 -> host.with(13, Set.of("other.example"));
            default -> host.with(StartTls.NOT_OFFERED);
        };
    }

    SimHost.Tls goodTls(SimHost host) {
        return good(host.name);
    }

    SchedulerLimits limits() {
        int sessionsPerLane = luck.between(1, 4);
        return new SchedulerLimits(
                luck.between(3, 60),
                luck.between(2, 20),
                luck.between(2, 12),
                luck.between(1, 8),
                sessionsPerLane,
                luck.between(1, Math.min(2, sessionsPerLane)),
                Duration.ofSeconds(5),
                luck.between(1, 8));
    }

    /// Whether mail for the favourite has many ways, so that it may fail over more than once.
    boolean isCrowded() {
        return crowded;
    }

    Policy policy(List<String> domains, String favourite) {
        var connectors = new ArrayList<Connector>();
        connectors.add(connector("net", List.of(), "", List.of(new Policy.Space("*", 1))));
        connectors.add(homeConnector());
        int others = luck.upTo(4);
        crowded = luck.oneIn(3);
        if (crowded) others += 2;
        List<String> about = crowded ? List.of(favourite) : domains;
        for (int i = others; i > 0; i--) connectors.add(another("c" + i, about));
        return new Policy(connectors, floors(domains));
    }

    private static Connector homeConnector() {
        var minutes = List.of(Duration.ofMinutes(1), Duration.ofMinutes(10));
        return new Connector(
                "home",
                Policy.Use.ENABLED,
                List.of(new Policy.Space("*." + HOME, 1)),
                List.of(),
                "",
                Policy.Tls.NONE,
                Policy.InClear.ALLOWED,
                Policy.OnFailure.QUEUE,
                1_000_000,
                new Policy.Retry(minutes, Duration.ofDays(4), Duration.ofDays(3)));
    }

    Connector another(String name, List<String> domains) {
        boolean byDns = luck.oneIn(3);
        String password = byDns || luck.oneIn(2) ? "" : "secret-" + name;
        List<Policy.Hop> hops = byDns ? List.of() : smartHosts(name, password);
        var spaces = new ArrayList<Policy.Space>();
        for (int i = luck.between(1, 2); i > 0; i--) {
            spaces.add(new Policy.Space(pattern(domains), luck.between(1, 3)));
        }
        // It stands in for whoever carries everything else.
        if (crowded && luck.oneIn(3)) spaces.add(new Policy.Space("*", luck.between(2, 3)));
        return connector(name, hops, password, spaces);
    }

    private Connector connector(
            String name, List<Policy.Hop> hops, String password, List<Policy.Space> spaces) {
        var delays = new ArrayList<Duration>();
        for (int i = luck.between(1, 3); i > 0; i--) {
            delays.add(Duration.ofMinutes(luck.of(1, 5, 10, 30)));
        }
        var expiry = luck.of(Duration.ofMinutes(30), Duration.ofHours(3), Duration.ofHours(12));
        var warning = luck.of(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofHours(4));
        return new Connector(
                name,
                Policy.Use.ENABLED,
                spaces,
                hops,
                password,
                luck.oneIn(2) ? Policy.Tls.NONE : tls(),
                luck.oneIn(5) ? Policy.InClear.NEVER : Policy.InClear.ALLOWED,
                luck.oneIn(2) ? Policy.OnFailure.QUEUE : luck.of(Policy.OnFailure.values()),
                luck.oneIn(5) ? luck.between(1_500, 5_000) : 100_000,
                new Policy.Retry(delays, expiry, warning));
    }

    Policy.Tls tls() {
        Level level = luck.of(Level.ENCRYPTION, Level.TRUSTED, Level.NAME);
        return new Policy.Tls(level, Set.of());
    }

    private List<Policy.Floor> floors(List<String> domains) {
        var floors = new ArrayList<Policy.Floor>();
        for (int i = luck.upTo(3); i > 0; i--) {
            Policy.Floor floor = floor(domains);
            if (floors.stream().noneMatch(f -> f.pattern().equals(floor.pattern()))) {
                floors.add(floor);
            }
        }
        return floors;
    }

    /// Where it is about some domains, it may want a name that the operator wrote down.
    Policy.Floor floor(List<String> domains) {
        String pattern = pattern(domains);
        Policy.Tls tls = tls();
        if (tls.level() == Level.NAME && !pattern.equals("*") && luck.oneIn(2)) {
            String root = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
            tls = new Policy.Tls(Level.NAME, Set.of(luck.of("*." + root, "mx1." + root)));
        }
        return new Policy.Floor(pattern, tls);
    }

    private String pattern(List<String> domains) {
        String domain = luck.of(domains);
        return switch (luck.upTo(5)) {
            case 0 -> "*." + domain.substring(Math.max(domain.indexOf("d"), 0));
            case 1 -> "*." + domain;
            case 2 -> luck.oneIn(2) ? "*" : domain;
            default -> domain;
        };
    }
}
