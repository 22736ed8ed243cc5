package relay.core.delivery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.delivery.DemandSource.Answer;
import relay.core.delivery.DemandSource.DnsFacts;
import relay.core.delivery.DemandSource.Target;
import relay.core.delivery.NextHops.Found;
import relay.core.delivery.NextHops.Kind;
import relay.core.delivery.NextHops.NextHop;
import relay.core.delivery.Resolver.AddressAnswer;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.DomainFloor;
import relay.core.routing.FailOver;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.smtp.EnhancedStatus;
import relay.core.tls.TlsOffer;

/// Finds out where mail of a lane can go now, and what is demanded of each host there.
///
/// Pure but for what it asks the resolver; blocks for as long as that does, so it runs on a virtual
/// thread. Any number of threads may share it.
public final class ConnectionPlanner {
    /// Hosts whose addresses are looked up for one plan.
    static final int MAX_HOSTS = 10;

    /// Addresses in one plan.
    static final int MAX_ADDRESSES = 20;

    private final Resolvers resolvers;
    private final RandomGenerator random;
    private final Domain ownHost;
    private final List<DemandSource> demandSources;
    private final Identities identities;

    /// `ownHost` is the relay's own name, the one it gives with EHLO. `random` is shared by the
    /// threads that plan: [java.util.Random] or [java.security.SecureRandom].
    public ConnectionPlanner(Resolver resolver, RandomGenerator random, Domain ownHost) {
        this(resolver, random, ownHost, DemandSource.CONFIGURED);
    }

    /// `demandSources` are all that are asked; [DemandSource#andConfigured] makes such a list.
    public ConnectionPlanner(
            Resolver resolver,
            RandomGenerator random,
            Domain ownHost,
            List<DemandSource> demandSources) {
        this(Resolvers.all(resolver), random, ownHost, demandSources, TokenSource.NONE);
    }

    /// As above, with access tokens for the connectors that want them, and each asking the DNS that
    /// it wants.
    public ConnectionPlanner(
            Resolvers resolvers,
            RandomGenerator random,
            Domain ownHost,
            List<DemandSource> demandSources,
            TokenSource tokens) {
        this.resolvers = resolvers;
        this.random = random;
        this.ownHost = ownHost;
        this.demandSources = List.copyOf(demandSources);
        this.identities = new Identities(tokens);
    }

    /// The hosts for mail of `lane`, by the policy that put it into that lane; a lane that the
    /// policy cannot have made waits.
    public ConnectionPlan plan(Lane lane, PolicyTable policy) {
        Optional<SendConnector> connector =
                policy.connector(lane.connector())
                        .filter(found -> found.enabled() == SendConnector.Enabled.YES);
        boolean floorIsGone = !lane.floor().isEmpty() && policy.floorOf(lane).isEmpty();
        List<SendConnector> first = policy.standsInFor(lane).stream().toList();
        boolean standsInForNobody = lane.isFailedOver() && first.isEmpty();
        if (lane.isUnreachable()) return new ConnectionPlan.NotNow(unreachable(lane));
        if (connector.isEmpty() || floorIsGone || standsInForNobody) {
            return new ConnectionPlan.NotNow(NextHops.routingChanged());
        }
        Resolver resolver = resolvers.of(connector.get());
        var nextHops = new NextHops(resolver, random, ownHost);
        return switch (nextHops.of(lane, connector.get())) {
            case Found.None(var plan) -> plan;
            case Found.Hops hops ->
                    lookUp(hops, lane, connector.get(), first, floors(lane, policy), resolver);
        };
    }

    /// As [#plan], with an access token at hand where the hosts want one.
    ConnectionPlan planToDeliver(Lane lane, PolicyTable policy) {
        return switch (plan(lane, policy)) {
            case ConnectionPlan.Hosts hosts -> identities.ready(hosts);
            case ConnectionPlan.NotNow notNow -> notNow;
            case ConnectionPlan.Never never -> never;
        };
    }

    /// The hosts of the last plan did not accept who we are.
    TokenSource.Renewal refused(Lane lane, PolicyTable policy) {
        return policy.connector(lane.connector())
                .map(identities::refused)
                .orElse(TokenSource.Renewal.POINTLESS);
    }

    private static Diagnostic unreachable(Lane lane) {
        String text = "no connector takes mail for " + lane.nextHop();
        return Diagnostic.of(Reason.LOCAL, new EnhancedStatus(4, 4, 4), text, "");
    }

    /// The floor that the lane names. Where the next hop is the recipients' domain, also the one
    /// that holds for it now: a lane made before the entry was written must not slip under it.
    private static List<DomainFloor> floors(Lane lane, PolicyTable policy) {
        Stream<DomainFloor> current =
                lane.nextHop().equals(Lane.SMART_HOSTS)
                        ? Stream.of()
                        : Domain.parse(lane.nextHop()).flatMap(policy::floor).stream();
        return Stream.concat(policy.floorOf(lane).stream(), current).distinct().toList();
    }

    private ConnectionPlan lookUp(
            Found.Hops found,
            Lane lane,
            SendConnector connector,
            List<SendConnector> first,
            List<DomainFloor> floors,
            Resolver resolver) {
        var hosts = new ArrayList<HostPlan>();
        var absent = new ArrayList<Diagnostic>();
        var failed = new ArrayList<Diagnostic>();
        var doubtful = new ArrayList<Diagnostic>();
        for (NextHop hop : found.hops().subList(0, Math.min(MAX_HOSTS, found.hops().size()))) {
            if (hosts.size() >= MAX_ADDRESSES) break;
            switch (addresses(hop, resolver)) {
                case AddressAnswer.Addresses(var addresses, var tlsaNames) -> {
                    var dns = new DnsFacts(hop.port(), tlsaNames, hop.otherNames());
                    var target = new Target(lane, connector, floors, hop.name(), dns, first);
                    switch (DemandSource.all(demandSources, target)) {
                        case Answer.Demands(var demands, var tested) -> {
                            Optional<Diagnostic> doubt = RequireTls.doubt(lane, hop, demands);
                            doubt.ifPresent(doubtful::add);
                            if (doubt.isPresent()) continue;
                            var all = RequireTls.added(lane, hop.name(), connector, demands);
                            var answer = new Answer.Demands(all, tested);
                            var plans = hostPlans(hop, addresses, connector, first, answer);
                            if (plans.isEmpty()) failed.add(outOfReach(hop));
                            hosts.addAll(plans);
                        }
                        case Answer.NotNow(var why) -> failed.add(why);
                    }
                }
                case AddressAnswer.None _ -> absent.add(noAddress(hop));
                case AddressAnswer.Failed(var detail) -> failed.add(lookUpFailed(hop, detail));
            }
        }
        if (hosts.isEmpty() && failed.isEmpty() && !doubtful.isEmpty()) {
            return new ConnectionPlan.Never(doubtful.getFirst());
        }
        if (hosts.isEmpty()) return nowhere(found.kind(), absent, failed);
        return new ConnectionPlan.Hosts(
                hosts.subList(0, Math.min(MAX_ADDRESSES, hosts.size())),
                Stream.concat(failed.stream(), absent.stream()).toList());
    }

    private static AddressAnswer addresses(NextHop hop, Resolver resolver) {
        if (!hop.known().isEmpty()) return new AddressAnswer.Addresses(hop.known(), List.of());
        return switch (resolver.addresses(hop.name())) {
            case AddressAnswer.Addresses found -> AddressOrder.of(found);
            case AddressAnswer.None none -> none;
            case AddressAnswer.Failed failed -> failed;
        };
    }

    private static List<HostPlan> hostPlans(
            NextHop hop,
            List<InetAddress> addresses,
            SendConnector connector,
            List<SendConnector> first,
            Answer.Demands demands) {
        var identity = DemandSource.identity(connector).toList();
        Caller caller = connector.connections().caller();
        PlaintextFallback inClear =
                first.stream().anyMatch(FailOver::staysEncrypted)
                        ? PlaintextFallback.NEVER
                        : connector.plaintextFallback();
        TlsOffer offer = connector.tlsOptions().offer().fit(demands.demands());
        return addresses.stream()
                .filter(caller::reaches)
                .map(address ->
                        new HostPlan(
                                hop.name(),
                                address,
                                hop.port(),
                                hop.tlsMode(),
                                demands.demands(),
                                demands.tested(),
                                inClear,
                                identity,
                                offer,
                                caller,
                                connector.name()))
                .toList();
    }

    /// A look-up that failed says most: what it would have found may well take the mail.
    private static ConnectionPlan nowhere(
            Kind kind, List<Diagnostic> absent, List<Diagnostic> failed) {
        if (!failed.isEmpty()) return new ConnectionPlan.NotNow(failed.getFirst());
        Diagnostic why = absent.getFirst();
        return switch (kind) {
            case MX, BY_CONFIGURATION -> new ConnectionPlan.NotNow(why);
            case IMPLICIT_MX -> new ConnectionPlan.Never(noMailDomain(why));
        };
    }

    /// Neither an MX record nor an address: not a domain that mail can be sent to.
    private static Diagnostic noMailDomain(Diagnostic why) {
        String text = why.text() + " and no MX record";
        return Diagnostic.of(Reason.DNS, new EnhancedStatus(5, 1, 2), text, "");
    }

    private static Diagnostic noAddress(NextHop hop) {
        String text = "the host " + hop.name() + " has no address";
        return Diagnostic.of(Reason.DNS, new EnhancedStatus(4, 4, 4), text, "");
    }

    private static Diagnostic outOfReach(NextHop hop) {
        String text = "no address of the host " + hop.name() + " is of the family of ours";
        return Diagnostic.of(Reason.LOCAL, new EnhancedStatus(4, 4, 4), text, "");
    }

    private static Diagnostic lookUpFailed(NextHop hop, String detail) {
        String text = "the address look-up of " + hop.name() + " failed: " + detail;
        return Diagnostic.of(Reason.DNS, new EnhancedStatus(4, 4, 3), text, "");
    }
}
