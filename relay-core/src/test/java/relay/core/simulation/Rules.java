package relay.core.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import relay.core.simulation.Policy.Connector;
import relay.core.simulation.Policy.Level;

/// What the operator's words mean, written down a second time: which connector carries a domain,
/// and what a connection must be before a host may hear of mail for it. Shares no code with the
/// relay.
final class Rules {
    private static final int EXACT = 1000;

    private Rules() {}

    /// Where a message comes from: which receive connector took it, and who sent it; empty is nobody.
    record Source(String receiveConnector, String sender) {
        static final Source NOTICE = new Source("dsn", "");

        boolean fits(Policy.Scope scope) {
            Set<String> takes = scope.receiveConnectors();
            if (!takes.isEmpty() && !takes.contains(receiveConnector)) return false;
            if (scope.senderDomains().isEmpty()) return true;
            boolean fits = false;
            for (String pattern : scope.senderDomains()) {
                fits |= !sender.isEmpty() && specificity(pattern, Partners.domain(sender)) >= 0;
            }
            return fits;
        }
    }

    /// What a host knows of a connection to it: also for which connector the relay calls, by the name
    /// that it gives. `tlsVersion` is 0 in clear, else 10 to 13.
    record Facts(
            String host, String caller, int tlsVersion, Chain chain, Set<String> certificateNames) {
        enum Chain {
            GOOD,
            EXPIRED,
            UNTRUSTED
        }

        boolean isEncrypted() {
            return tlsVersion > 0;
        }
    }

    static Optional<Connector> connector(Policy policy, String domain, Source source) {
        record Match(Connector connector, int specificity, int cost) {}
        List<Match> matches = new ArrayList<>();
        for (Connector connector : policy.connectors()) {
            if (connector.use() == Policy.Use.DISABLED) continue;
            if (!source.fits(connector.scope())) continue;
            for (Policy.Space space : connector.spaces()) {
                int specificity = specificity(space.pattern(), domain);
                if (specificity >= 0) matches.add(new Match(connector, specificity, space.cost()));
            }
        }
        return matches.stream()
                .min(
                        Comparator.comparingInt((Match match) -> -match.specificity())
                                .thenComparingInt(Match::cost)
                                .thenComparing(match ->
                                        match.connector().scope().equals(Policy.Scope.EVERYTHING))
                                .thenComparing(match -> match.connector().name()))
                .map(Match::connector);
    }

    /// The connectors that may carry mail for the domain while the hosts of its own are down.
    static List<Connector> standIns(Policy policy, String domain, Source source) {
        Optional<Connector> first = connector(policy, domain, source);
        if (first.isEmpty() || !first.get().mayFailOver()) return List.of();
        List<Connector> found = new ArrayList<>();
        for (Connector second : policy.connectors()) {
            boolean fits = false;
            for (Policy.Space space : second.spaces()) {
                fits |= specificity(space.pattern(), domain) >= 0;
            }
            boolean other = !second.name().equals(first.get().name());
            boolean enabled = second.use() == Policy.Use.ENABLED && source.fits(second.scope());
            if (fits && other && enabled && canTakeOver(first.get(), second)) found.add(second);
        }
        return found;
    }

    /// Whether the second way can have what the first demands: a name that the operator wrote down is
    /// none that the DNS says, and smart hosts are not asked for what the domain publishes.
    private static boolean canTakeOver(Connector first, Connector second) {
        boolean wasByDns = first.smartHosts().isEmpty();
        boolean isByDns = second.smartHosts().isEmpty();
        if (wasByDns == isByDns) return true;
        if (wasByDns) return second.tls().level() == Level.NAME;
        boolean ownName = ownLevel(first) == Level.NAME && first.tls().names().isEmpty();
        return !ownName;
    }

    /// With a password it is more than what the operator wrote.
    private static Level ownLevel(Connector connector) {
        return switch (connector.tls().level()) {
            case ENCRYPTION -> Level.ENCRYPTION;
            case NAME -> Level.NAME;
            case NONE, TRUSTED ->
                    connector.password().isEmpty() ? connector.tls().level() : Level.NAME;
        };
    }

    static Policy.Tls floor(Policy policy, String domain) {
        Policy.Tls best = Policy.Tls.NONE;
        int bestSpecificity = -1;
        for (Policy.Floor floor : policy.floors()) {
            int specificity = specificity(floor.pattern(), domain);
            if (specificity > bestSpecificity) {
                bestSpecificity = specificity;
                best = floor.tls();
            }
        }
        return best;
    }

    private static int specificity(String pattern, String domain) {
        if (pattern.equals("*")) return 0;
        if (!pattern.startsWith("*.")) return pattern.equals(domain) ? EXACT : -1;
        String root = pattern.substring(2);
        boolean within = domain.equals(root) || domain.endsWith("." + root);
        return within ? root.split("\\.", -1).length : -1;
    }

    /// Why a host must not hear of mail from there for the domain on such a connection; empty: it may.
    /// `mxHosts` are the hosts that the DNS has ever named for the domain, `listed` those that its
    /// MTA-STS policy lists, if it has one.
    static Optional<String> objection(
            Policy policy,
            String domain,
            Source source,
            Facts facts,
            Set<String> mxHosts,
            Collection<String> listed) {
        Optional<Connector> found = connector(policy, domain, source);
        if (found.isEmpty()) return Optional.of("no connector carries " + domain);
        Connector first = found.get();
        if (facts.caller().equals(first.name())) {
            return objection(policy, domain, first, facts, mxHosts, listed);
        }
        Optional<Connector> second = standIn(policy, domain, source, facts.caller());
        if (second.isEmpty()) {
            return Optional.of(
                    "mail from " + source + " for " + domain + " goes by " + first.name());
        }
        return objection(policy, domain, second.get(), facts, mxHosts, listed)
                .or(() ->
                        isAsOn(first, facts)
                                ? Optional.empty()
                                : Optional.of(first.name() + ", which is down, demands more"));
    }

    /// The same of mail that the operator sends by the connector that calls: it demands no less, in
    /// degree, than the one that the policy chooses.
    static Optional<String> redirectObjection(
            Policy policy,
            String domain,
            Source source,
            Facts facts,
            Set<String> mxHosts,
            Collection<String> listed) {
        Optional<Connector> target = named(policy, facts.caller());
        if (target.isEmpty()) return Optional.of("there is no connector " + facts.caller());
        return objection(policy, domain, target.get(), facts, mxHosts, listed)
                .or(() ->
                        connector(policy, domain, source)
                                .filter(first ->
                                        !isAsGood(policy, domain, first, target.get(), facts))
                                .map(first -> first.name() + " demands more"));
    }

    private static boolean isAsGood(
            Policy policy, String domain, Connector first, Connector target, Facts facts) {
        if (isNeverInClear(first) && !facts.isEncrypted()) return false;
        if (first.tls().level() == Level.NAME) {
            return target.tls().level() == Level.NAME
                    || floor(policy, domain).level() == Level.NAME;
        }
        return meets(first.tls(), facts);
    }

    private static Optional<Connector> named(Policy policy, String name) {
        return policy.connectors().stream()
                .filter(c -> c.name().equals(name) && c.use() == Policy.Use.ENABLED)
                .findFirst();
    }

    private static Optional<Connector> standIn(
            Policy policy, String domain, Source source, String name) {
        return standIns(policy, domain, source).stream()
                .filter(second -> second.name().equals(name))
                .findFirst();
    }

    /// Whether a connection has whatever one of the connector, which is down, would have.
    private static boolean isAsOn(Connector first, Facts facts) {
        if (isNeverInClear(first) && !facts.isEncrypted()) return false;
        return meets(first.tls(), facts)
                && meets(new Policy.Tls(ownLevel(first), first.tls().names()), facts);
    }

    private static boolean isNeverInClear(Connector connector) {
        boolean implicitAlone = !connector.smartHosts().isEmpty();
        for (Policy.Hop hop : connector.smartHosts()) {
            implicitAlone &= hop.start() == Policy.TlsStart.AT_ONCE;
        }
        return implicitAlone || connector.inClear() == Policy.InClear.NEVER;
    }

    private static boolean knows(Connector connector, Facts facts, Set<String> mxHosts) {
        if (connector.smartHosts().isEmpty()) return mxHosts.contains(facts.host());
        return connector.smartHosts().stream().anyMatch(hop -> hop.host().equals(facts.host()));
    }

    private static Optional<String> objection(
            Policy policy,
            String domain,
            Connector connector,
            Facts facts,
            Set<String> mxHosts,
            Collection<String> listed) {
        boolean known = knows(connector, facts, mxHosts);
        if (!known) return Optional.of(facts.host() + " is no host for " + domain);
        if (!meets(connector.tls(), facts)) {
            return Optional.of("connector " + connector.name() + " demands " + connector.tls());
        }
        if (!meets(floor(policy, domain), facts)) {
            return Optional.of("the floor of " + domain + " demands " + floor(policy, domain));
        }
        if (connector.smartHosts().isEmpty() && !listed.isEmpty() && !isListed(facts, listed)) {
            return Optional.of("the MTA-STS policy of " + domain + " lists " + listed);
        }
        if (!facts.isEncrypted() && connector.inClear() == Policy.InClear.NEVER) {
            return Optional.of("connector " + connector.name() + " never goes in clear");
        }
        return connector.password().isEmpty() || mayHearPassword(connector, facts)
                ? Optional.empty()
                : Optional.of("a smart host with a password is to show who it is");
    }

    /// A host of the list, with a certificate of its name.
    private static boolean isListed(Facts facts, Collection<String> listed) {
        boolean found = false;
        for (String name : listed) {
            found |= name.equals(facts.host());
            found |= name.startsWith("*.") && stands(name, facts.host());
        }
        return found && meets(new Policy.Tls(Level.NAME, Set.of()), facts);
    }

    /// Why a host must not hear of mail with REQUIRETLS on such a connection (RFC 8689 §4.2.1);
    /// empty: it may. `word` is what it heard with MAIL, `signed` whether nobody can have forged the
    /// domain's MX records.
    static Optional<String> requireTlsObjection(
            Policy policy, String domain, Facts facts, String word, boolean signed) {
        Optional<Connector> by = named(policy, facts.caller());
        return by.isEmpty()
                ? Optional.of("there is no connector " + facts.caller())
                : requireTlsObjection(by.get(), domain, facts, word, signed);
    }

    private static Optional<String> requireTlsObjection(
            Connector connector, String domain, Facts facts, String word, boolean signed) {
        boolean byDns = connector.smartHosts().isEmpty();
        if (byDns && !signed && !facts.host().equals(domain)) {
            return Optional.of("the MX records of " + domain + " may be forged");
        }
        Set<String> names =
                !byDns && connector.tls().level() == Level.NAME
                        ? connector.tls().names()
                        : Set.of();
        if (!meets(new Policy.Tls(Level.NAME, names), facts)) {
            return Optional.of("REQUIRETLS wants the host's name");
        }
        return word.contains("REQUIRETLS")
                ? Optional.empty()
                : Optional.of("the host was not told of REQUIRETLS");
    }

    static boolean mayHearPassword(Connector connector, Facts facts) {
        boolean mine = connector.smartHosts().stream().anyMatch(h -> h.host().equals(facts.host()));
        if (!mine) return false;
        return switch (connector.tls().level()) {
            case ENCRYPTION -> meets(connector.tls(), facts);
            case NAME -> meets(connector.tls(), facts);
            case NONE, TRUSTED -> meets(new Policy.Tls(Level.NAME, Set.of()), facts);
        };
    }

    private static boolean meets(Policy.Tls demand, Facts facts) {
        boolean modern = facts.tlsVersion() >= 12;
        boolean trusted = modern && facts.chain() == Facts.Chain.GOOD;
        return switch (demand.level()) {
            case NONE -> true;
            case ENCRYPTION -> modern;
            case TRUSTED -> trusted;
            case NAME -> trusted && isNamed(demand.names(), facts);
        };
    }

    private static boolean isNamed(Set<String> names, Facts facts) {
        Set<String> wanted = names.isEmpty() ? Set.of(facts.host()) : names;
        for (String name : wanted) {
            for (String presented : facts.certificateNames()) {
                if (name.equals(presented)) return true;
                if (name.startsWith("*.") && stands(name, presented)) return true;
                if (presented.startsWith("*.") && stands(presented, name)) return true;
            }
        }
        return false;
    }

    /// Whether `name` is one label and the pattern's parent.
    private static boolean stands(String pattern, String name) {
        String parent = pattern.substring(1);
        if (name.startsWith("*") || !name.endsWith(parent)) return false;
        String label = name.substring(0, name.length() - parent.length());
        return !label.isEmpty() && !label.contains(".");
    }
}
