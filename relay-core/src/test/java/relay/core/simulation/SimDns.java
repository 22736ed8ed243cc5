package relay.core.simulation;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;
import relay.core.tls.StsPolicy;

/// The DNS: what it says can change, and it can fail to say it. Remembers what it has ever said.
final class SimDns implements Resolver {
    /// What a validating resolver would say of an answer. Nobody asks yet.
    enum Dnssec {
        INSECURE,
        SECURE,
        BOGUS
    }

    enum Kind {
        MX,
        /// No MX record: the domain is the host.
        NO_RECORD,
        NULL_MX,
        NO_DOMAIN
    }

    record Zone(Kind kind, List<MxHost> hosts, Dnssec dnssec) {}

    private final Sim sim;
    private final Trace trace;
    private final OutageBook outages;
    private final Map<String, Zone> zones = new HashMap<>();
    private final Map<String, List<InetAddress>> addresses = new HashMap<>();
    private final Map<String, Set<String>> everHosts = new HashMap<>();
    private final Map<String, List<String>> listed = new HashMap<>();
    private final Set<String> everDead = new HashSet<>();

    /// One look-up in so many fails; 0: none does.
    int failsOneIn;

    SimDns(Sim sim, Trace trace, OutageBook outages) {
        this.sim = sim;
        this.outages = outages;
        this.trace = trace;
    }

    void put(String domain, Zone zone) {
        zones.put(domain, zone);
        Set<String> hosts = everHosts.computeIfAbsent(domain, _ -> new HashSet<>());
        zone.hosts().forEach(mx -> hosts.add(mx.host()));
        if (zone.kind() == Kind.NO_RECORD) hosts.add(domain);
        boolean dead = zone.kind() == Kind.NULL_MX || zone.kind() == Kind.NO_DOMAIN;
        if (dead) everDead.add(domain);
        trace.say(() -> "dns " + domain + " " + zone);
    }

    void address(String host, List<InetAddress> all) {
        addresses.put(host, new ArrayList<>(all));
    }

    /// From now on the domain has an MTA-STS policy in force that lists these hosts.
    void list(String domain, List<String> hosts) {
        listed.put(domain, hosts);
        trace.say(() -> "mta-sts " + domain + " " + hosts);
    }

    /// The hosts that the domain's MTA-STS policy lists; empty where it has none.
    List<String> listed(String domain) {
        return listed.getOrDefault(domain, List.of());
    }

    /// The same, as the relay learns it.
    Optional<StsPolicy> sts(Domain domain) {
        return Optional.ofNullable(listed.get(domain.name()))
                .map(hosts -> new StsPolicy(StsPolicy.Mode.ENFORCE, hosts, Duration.ofDays(30)));
    }

    /// The hosts that the domain has now.
    List<String> hostsNow(String domain) {
        Zone zone = zones.get(domain);
        if (zone == null) return List.of();
        return switch (zone.kind()) {
            case MX -> zone.hosts().stream().map(MxHost::host).toList();
            case NO_RECORD -> List.of(domain);
            case NULL_MX, NO_DOMAIN -> List.of();
        };
    }

    /// The hosts that the domain has ever had.
    Set<String> hostsEver(String domain) {
        return everHosts.getOrDefault(domain, Set.of());
    }

    /// Whether nobody can forge the MX records of a domain: one of them has no signatures.
    static boolean isSigned(String domain) {
        return !domain.equals("d0.example");
    }

    private static Security security(String domain) {
        return isSigned(domain) ? Security.SECURE : Security.INSECURE;
    }

    /// Whether the DNS has ever said that the domain takes no mail.
    boolean wasDead(String domain) {
        return everDead.contains(domain) || !zones.containsKey(domain);
    }

    @Override
    public MxAnswer mx(Domain domain) {
        if (isLost()) return new MxAnswer.Failed("SERVFAIL");
        Zone zone = zones.get(domain.name());
        if (zone == null) return new MxAnswer.NoDomain();
        return switch (zone.kind()) {
            case MX -> new MxAnswer.Hosts(zone.hosts(), security(domain.name()));
            case NO_RECORD -> new MxAnswer.NoRecord();
            case NULL_MX -> new MxAnswer.NullMx();
            case NO_DOMAIN -> new MxAnswer.NoDomain();
        };
    }

    @Override
    public AddressAnswer addresses(String hostName) {
        if (isLost()) {
            outages.calledInVain(hostName, sim.nowMillis());
            return new AddressAnswer.Failed("timeout");
        }
        List<InetAddress> found = addresses.getOrDefault(hostName, List.of());
        return found.isEmpty()
                ? new AddressAnswer.None()
                : new AddressAnswer.Addresses(found, List.of());
    }

    /// No zone here is signed.
    @Override
    public TlsaAnswer tlsa(String hostName, int port) {
        return new TlsaAnswer.None();
    }

    /// Policies are known by other ways.
    @Override
    public TxtAnswer txt(String name) {
        return new TxtAnswer.None();
    }

    /// Takes the time of a look-up. Only for tasks.
    private boolean isLost() {
        boolean fails = failsOneIn > 0 && sim.luck.oneIn(failsOneIn);
        long millis = fails ? sim.luck.between(5, 5_000) : sim.luck.between(1, 40);
        sim.<Boolean>await(answer -> sim.after(millis, () -> answer.accept(true)));
        return fails;
    }
}
