package relay.core.delivery;

import java.net.InetAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.delivery.Resolver.MxAnswer;
import relay.core.delivery.Resolver.MxHost;
import relay.core.delivery.Resolver.Security;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.smtp.EnhancedStatus;

/// Names the hosts that mail of a lane can be handed to, in order, before their addresses are
/// known.
record NextHops(Resolver resolver, RandomGenerator random, Domain ownHost) {
    /// RFC 5321 §4.5.4.2.
    static final int SMTP_PORT = 25;

    /// A host by name, or by address: `known` then has that and `name` is its text. `otherNames`
    /// are those by which its certificate may call it as well: the domain whose MX it is, where
    /// DNSSEC vouches for that (RFC 7672 §3.2.2).
    record NextHop(
            String name,
            List<InetAddress> known,
            int port,
            TlsMode tlsMode,
            List<String> otherNames,
            Vouching vouching) {
        NextHop {
            known = List.copyOf(known);
            otherNames = List.copyOf(otherNames);
        }
    }

    /// Whether it is certain that this is the host that the operator or the domain wants.
    enum Vouching {
        /// The operator named it, it is the domain itself, or DNSSEC vouches for the MX record.
        CERTAIN,
        /// An MX record that anybody may have forged.
        NOBODY
    }

    sealed interface Found {
        /// At least one.
        record Hops(List<NextHop> hops, Kind kind) implements Found {
            public Hops {
                hops = List.copyOf(hops);
            }
        }

        record None(ConnectionPlan plan) implements Found {}
    }

    /// How the hosts were found.
    enum Kind {
        MX,
        /// The domain itself, because it has no MX record.
        IMPLICIT_MX,
        BY_CONFIGURATION
    }

    Found of(Lane lane, SendConnector connector) {
        if (!connector.isDnsRouted()) return smartHosts(connector);
        return Domain.parse(lane.nextHop())
                .filter(_ -> !lane.nextHop().equals(Lane.SMART_HOSTS))
                .map(this::byDns)
                .orElseGet(() -> new Found.None(new ConnectionPlan.NotNow(routingChanged())));
    }

    /// The lane stems from another configuration than the one in force; its mail waits until it has
    /// been routed again.
    static Diagnostic routingChanged() {
        return Diagnostic.of(
                Reason.LOCAL, new EnhancedStatus(4, 3, 5), "the routing has changed", "");
    }

    private static Found smartHosts(SendConnector connector) {
        List<NextHop> hops = connector.smartHosts().stream().map(NextHops::hop).toList();
        return new Found.Hops(hops, Kind.BY_CONFIGURATION);
    }

    private static NextHop hop(SmartHost host) {
        List<InetAddress> known =
                host.kind() == HostKind.NAME
                        ? List.of()
                        : IpRange.address(host.host()).stream().toList();
        return new NextHop(
                host.host(), known, host.port(), host.tlsMode(), List.of(), Vouching.CERTAIN);
    }

    private Found byDns(Domain domain) {
        if (domain.isAddressLiteral()) return byLiteral(domain);
        return switch (resolver.mx(domain)) {
            case MxAnswer.Hosts(var records, var security) ->
                    byMx(domain, records, security, Kind.MX);
            case MxAnswer.NoRecord _ ->
                    byMx(
                            domain,
                            List.of(new MxHost(0, domain.name())),
                            Security.INSECURE,
                            Kind.IMPLICIT_MX);
            case MxAnswer.NullMx _ -> takesNoMail(domain);
            case MxAnswer.NoDomain _ ->
                    never(new EnhancedStatus(5, 1, 2), "the domain " + domain + " does not exist");
            case MxAnswer.Failed(var detail) -> lookUpFailed(domain, detail);
        };
    }

    private static Found byLiteral(Domain domain) {
        List<InetAddress> known = domain.literalAddress().stream().toList();
        List<NextHop> hops =
                known.stream()
                        .map(address ->
                                named(address.getHostAddress(), known, List.of(), Vouching.CERTAIN))
                        .toList();
        return new Found.Hops(hops, Kind.BY_CONFIGURATION);
    }

    private Found byMx(Domain domain, List<MxHost> records, Security security, Kind kind) {
        List<String> otherNames =
                switch (security) {
                    case SECURE -> List.of(domain.name());
                    case INSECURE -> List.of();
                };
        Vouching vouching =
                security == Security.SECURE || kind == Kind.IMPLICIT_MX
                        ? Vouching.CERTAIN
                        : Vouching.NOBODY;
        return switch (MxOrder.of(records, ownHost.name(), random)) {
            case MxOrder.Hosts(var names) ->
                    new Found.Hops(
                            names.stream()
                                    .map(name -> named(name, List.of(), otherNames, vouching))
                                    .toList(),
                            kind);
            case MxOrder.NoMail _ -> takesNoMail(domain);
            case MxOrder.LoopsBack _ ->
                    never(
                            new EnhancedStatus(5, 4, 6),
                            "mail for "
                                    + domain
                                    + " comes back to "
                                    + ownHost
                                    + ", which is its MX");
        };
    }

    private static NextHop named(
            String name, List<InetAddress> known, List<String> otherNames, Vouching vouching) {
        return new NextHop(name, known, SMTP_PORT, TlsMode.STARTTLS, otherNames, vouching);
    }

    /// What a server would answer with 556 (RFC 7505 §5).
    private static Found takesNoMail(Domain domain) {
        return never(
                new EnhancedStatus(5, 1, 10), "the domain " + domain + " takes no mail (null MX)");
    }

    private static Found lookUpFailed(Domain domain, String detail) {
        String text = "the MX look-up of " + domain + " failed: " + detail;
        Diagnostic why = Diagnostic.of(Reason.DNS, new EnhancedStatus(4, 4, 3), text, "");
        return new Found.None(new ConnectionPlan.NotNow(why));
    }

    private static Found never(EnhancedStatus status, String text) {
        Diagnostic why = Diagnostic.of(Reason.DNS, status, text, "");
        return new Found.None(new ConnectionPlan.Never(why));
    }
}
