package relay.core.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import relay.core.simulation.ClientBook.Submission;
import relay.core.simulation.Policy.Connector;
import relay.core.simulation.Policy.Level;

/// Why a relay may give up on mail for a domain that `connector` carries under `policy`, apart from
/// what hosts and the DNS said.
record Reasons(
        World world, Policy policy, Connector connector, String domain, Rules.Source source) {
    /// Our Received field, and then some.
    private static final int OURS_BYTES = 700;

    private static final long SLACK_MILLIS = 5_000;

    /// The longest wait between attempts, and the disk's last trouble, and then some.
    private static final long ENOUGH_MILLIS = 2 * 3_600_000;

    boolean any(Submission mine, long wallMillis) {
        long age = wallMillis - mine.wallMillis + SLACK_MILLIS;
        if (age >= connector.retry().expiry().toMillis() && !hadTime(mine)) return true;
        // Every host may have lacked what it demands.
        if (mine.requiresTls) return true;
        if (mine.content.length + OURS_BYTES > connector.maxBytes()) return true;
        return isBouncedForTls() || isForItsHosts(mine);
    }

    /// What its hosts may have had against the message, also where it only stands in for another.
    boolean isForItsHosts(Submission mine) {
        return isBeyondSomeHost(mine) || isRefusedSender(mine);
    }

    private boolean isRefusedSender(Submission mine) {
        return hosts().stream()
                .anyMatch(host ->
                        world.partners.book.everRefused.contains(
                                HostBook.sender(mine.sender, host)));
    }

    /// Whether all was well with its hosts for so long, before the lifetime of the mail ended, that
    /// an attempt must have been made.
    private boolean hadTime(Submission mine) {
        Policy now = world.policy();
        List<String> hosts =
                connector.smartHosts().isEmpty()
                        ? world.dns.hostsNow(domain)
                        : connector.smartHosts().stream().map(Policy.Hop::host).toList();
        boolean same = Rules.connector(now, domain, source).equals(Optional.of(connector));
        long end = mine.wallMillis + connector.retry().expiry().toMillis();
        return same
                && world.isClockSteady()
                && !hosts.isEmpty()
                && hosts.stream().allMatch(host -> isWell(now, host, mine))
                && end - world.calmSince().toEpochMilli() > ENOUGH_MILLIS;
    }

    private boolean isWell(Policy now, String name, Submission mine) {
        SimHost host = world.partners.hosts.get(name);
        if (host == null || world.partners.line(host) != SimHost.Line.UP) return false;
        boolean tlsWorks =
                host.tls.startTls() == SimHost.StartTls.OFFERED
                        && host.tls.handshake() == SimHost.Handshake.WORKS;
        var facts =
                new Rules.Facts(
                        name,
                        connector.name(),
                        host.tls.version(),
                        host.tls.chain(),
                        host.tls.names());
        return tlsWorks
                && Rules.objection(
                                now,
                                domain,
                                source,
                                facts,
                                world.dns.hostsEver(domain),
                                mine.tlsNotRequired() ? List.of() : world.dns.listed(domain))
                        .isEmpty();
    }

    private boolean isBouncedForTls() {
        boolean demands =
                connector.tls().level() != Level.NONE
                        || Rules.floor(policy, domain).level() != Level.NONE
                        || !connector.password().isEmpty()
                        || !world.dns.listed(domain).isEmpty();
        return connector.onFailure() == Policy.OnFailure.BOUNCE && demands;
    }

    private boolean isBeyondSomeHost(Submission mine) {
        boolean eightBit = false;
        for (byte octet : mine.content) eightBit |= octet < 0;
        boolean utf8 = mine.intended.stream().anyMatch(r -> r.chars().anyMatch(c -> c > 127));
        for (String name : hosts()) {
            SimHost host = world.partners.hosts.get(name);
            if (host == null) continue;
            boolean plain = world.partners.book.everPlain.contains(name);
            if (eightBit && (plain || !host.offers("8BITMIME"))) return true;
            if (utf8 && (plain || !host.offers("SMTPUTF8"))) return true;
            if (host.maxBytes > 0 && mine.content.length + OURS_BYTES > host.maxBytes) return true;
        }
        return false;
    }

    private Set<String> hosts() {
        var hosts = new HashSet<>(world.dns.hostsEver(domain));
        connector.smartHosts().forEach(hop -> hosts.add(hop.host()));
        return hosts;
    }
}
