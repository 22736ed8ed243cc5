package relay.core.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.delivery.DemandSource.DnsFacts;
import relay.core.delivery.DemandSource.Target;
import relay.core.delivery.Explanation.Demand;
import relay.core.delivery.Explanation.Retry;
import relay.core.delivery.Explanation.Way;
import relay.core.routing.DomainFloor;
import relay.core.routing.FailOver;
import relay.core.routing.MailSource;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.Route;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.CipherSuite;
import relay.core.tls.RootSet;
import relay.core.tls.StsPolicy;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsPin;
import relay.core.tls.TlsRequirement.DomainValidation;

/// Explains the route of a domain and the TLS it must have, by the same functions as a delivery.
/// Pure: it asks neither the DNS nor the next hop.
public final class Explain {
    private static final String MX_HOST = "the MX host's own name";

    private Explain() {}

    /// For mail that no scope fits, where no domain publishes an MTA-STS policy.
    public static Explanation domain(Domain domain, PolicyTable policy) {
        return domain(domain, MailSource.UNKNOWN, policy, StsPolicies.NONE);
    }

    /// For mail from `source`; `published` has the MTA-STS policies that are known.
    public static Explanation domain(
            Domain domain, MailSource source, PolicyTable policy, StsPolicies published) {
        return switch (policy.route(domain, source)) {
            case Route.Unreachable(_, var lane) ->
                    new Explanation(
                            domain.name(),
                            lane.toString(),
                            List.of(),
                            Contest.losers(domain, source, policy, List.of()),
                            List.of("add an address space that fits, or `*`, to a connector"));
            case Route.Via via ->
                    new Explanation(
                            domain.name(),
                            via.lane().toString(),
                            List.of(
                                    way(
                                            domain,
                                            via,
                                            published,
                                            whenDown(domain, source, via, policy))),
                            Contest.losers(domain, source, policy, List.of(via)),
                            notes(domain, via, published));
        };
    }

    private static Way way(
            Domain domain, Route.Via via, StsPolicies published, List<String> whenDown) {
        SendConnector connector = via.connector();
        List<Demand> demands =
                Stream.concat(
                                demands(via),
                                sts(domain, via, published, StsPolicy.Mode.ENFORCE)
                                        .map(Explain::described))
                        .toList();
        return new Way(
                connector.name(),
                connector.origin().toString(),
                via.addressSpace().toString(),
                nextHops(domain, connector),
                connector.connections().caller().dnsServerNames(),
                demands,
                whenTlsFails(connector, demands),
                whenDown,
                retry(connector.retry()));
    }

    /// Nothing is said where the mail simply waits.
    private static List<String> whenDown(
            Domain domain, MailSource source, Route.Via via, PolicyTable policy) {
        SendConnector first = via.connector();
        if (!first.mayFailOver()) return List.of();
        List<String> others =
                policy.others(domain, source, first).stream()
                        .map(second -> whenDown(first, second))
                        .toList();
        return others.isEmpty() ? List.of("the message waits: no other connector fits") : others;
    }

    private static String whenDown(SendConnector first, SendConnector second) {
        String who = second.name() + " (" + second.origin() + ")";
        return FailOver.obstacle(first, second)
                .map(why -> "not by " + who + ": " + why)
                .orElse("by " + who + ", with every demand of " + first.name() + " as well");
    }

    private static List<String> nextHops(Domain domain, SendConnector connector) {
        if (!connector.isDnsRouted()) {
            return connector.smartHosts().stream().map(SmartHost::toString).toList();
        }
        return List.of(
                domain.isAddressLiteral()
                        ? "the address itself, port " + NextHops.SMTP_PORT
                        : "the MX hosts of " + domain + ", as the DNS has them");
    }

    private record Published(Domain domain, StsPolicy policy) {
        String mx() {
            return String.join(" or ", policy.mx());
        }
    }

    private static Stream<Published> sts(
            Domain domain, Route.Via via, StsPolicies published, StsPolicy.Mode mode) {
        return StsDemands.policyDomains(domain, via.connector())
                .distinct()
                .flatMap(owner ->
                        published.of(owner).map(policy -> new Published(owner, policy)).stream())
                .filter(found -> found.policy().mode() == mode);
    }

    private static Demand described(Published sts) {
        return new Demand(
                "a trusted certificate for the host's own name, which is " + sts.mx(),
                TlsDemand.Source.Kind.STS.label() + " " + sts.domain(),
                "as fetched from " + sts.domain());
    }

    private static Stream<Demand> demands(Route.Via via) {
        return hostNames(via.connector())
                .map(host ->
                        new Target(
                                via.lane(),
                                via.connector(),
                                via.floors(),
                                host,
                                DnsFacts.NONE,
                                List.of()))
                .flatMap(target -> DemandSource.configured(target).stream())
                .distinct()
                .map(demand -> described(demand, via));
    }

    private static Stream<String> hostNames(SendConnector connector) {
        return connector.isDnsRouted()
                ? Stream.of(MX_HOST)
                : connector.smartHosts().stream().map(SmartHost::host).distinct();
    }

    private static Demand described(TlsDemand demand, Route.Via via) {
        return new Demand(
                words(demand), demand.source().toString(), place(demand.source(), via).toString());
    }

    private static String words(TlsDemand demand) {
        return switch (demand) {
            case TlsDemand.Encryption _ -> "encryption";
            case TlsDemand.TrustedChain(_, var roots) -> trusted(roots);
            case TlsDemand.TrustedName(_, var names, var roots) ->
                    trusted(roots)
                            + " for "
                            + String.join(" or ", names.stream().sorted().toList());
            case TlsDemand.Pinned(_, var pins) -> "a certificate with " + oneOf(pins);
            case TlsDemand.MinVersion(_, var oldest) -> oldest.label() + " or newer";
            case TlsDemand.OneOfSuites(_, var suites) ->
                    suites.stream()
                            .map(CipherSuite::name)
                            .sorted()
                            .collect(Collectors.joining(" or "));
            case TlsDemand.Legacy(var inner, var exception) -> words(inner) + ", " + exception;
            case TlsDemand.DaneMatch dane -> throw foundOnTheWay(dane);
            case TlsDemand.StsMatch sts -> throw foundOnTheWay(sts);
        };
    }

    private static String trusted(RootSet roots) {
        return switch (roots) {
            case RootSet.Common _ -> "a trusted certificate";
            case RootSet.Own(var file, _) -> "a certificate trusted by " + file;
        };
    }

    private static String oneOf(Set<TlsPin> pins) {
        return pins.stream().map(TlsPin::toString).sorted().collect(Collectors.joining(" or "));
    }

    private static IllegalStateException foundOnTheWay(TlsDemand demand) {
        return new IllegalStateException("the configuration cannot demand " + demand);
    }

    private static Origin place(TlsDemand.Source source, Route.Via via) {
        return switch (source.kind()) {
            case CONNECTOR, AUTHENTICATION -> via.connector().origin();
            case DANE, STS, REQUIRETLS ->
                    throw new IllegalStateException("no line of the configuration");
            case DOMAIN ->
                    via.floors().stream()
                            .filter(floor -> floor.pattern().toString().equals(source.name()))
                            .map(DomainFloor::origin)
                            .findFirst()
                            .orElseThrow();
        };
    }

    private static String whenTlsFails(SendConnector connector, List<Demand> demands) {
        if (demands.isEmpty()) {
            return mayGoInClear(connector)
                    ? "the message is sent in clear"
                    : "the message waits and is tried again";
        }
        return switch (connector.onTlsFailure()) {
            case QUEUE -> "the message waits and is tried again (onTlsFailure: queue)";
            case BOUNCE -> "the message goes back to its sender (onTlsFailure: bounce)";
            case HOLD -> "the message waits for `resume` (onTlsFailure: hold)";
        };
    }

    private static boolean mayGoInClear(SendConnector connector) {
        boolean knowsClearText =
                connector.isDnsRouted()
                        || connector.smartHosts().stream()
                                .anyMatch(host -> host.tlsMode() == TlsMode.STARTTLS);
        return knowsClearText && connector.plaintextFallback() == PlaintextFallback.ALLOWED;
    }

    private static Retry retry(RetrySchedule schedule) {
        var delaysAfter = new HashMap<String, List<String>>();
        schedule.delaysAfter()
                .forEach((failure, own) -> delaysAfter.put(failure.label(), written(own)));
        return new Retry(
                written(schedule.glitchDelays()),
                written(schedule.delays()),
                delaysAfter,
                written(schedule.delayWarningAfter()),
                written(schedule.expireAfter()));
    }

    private static List<String> written(List<Duration> delays) {
        return delays.stream().map(Explain::written).toList();
    }

    /// As the configuration writes it: `2d`, `90s`.
    private static String written(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds > 0 && seconds % 86_400 == 0) return seconds / 86_400 + "d";
        if (seconds > 0 && seconds % 3_600 == 0) return seconds / 3_600 + "h";
        if (seconds > 0 && seconds % 60 == 0) return seconds / 60 + "m";
        return seconds + "s";
    }

    private static List<String> notes(Domain domain, Route.Via via, StsPolicies published) {
        boolean namesNobody =
                Stream.concat(
                                Stream.of(via.connector().tls()),
                                via.floors().stream().map(DomainFloor::tls))
                        .anyMatch(tls ->
                                tls instanceof DomainValidation(var names) && names.isEmpty());
        var notes = new ArrayList<String>();
        sts(domain, via, published, StsPolicy.Mode.TESTING)
                .map(sts ->
                        sts.domain()
                                + " tries out an MTA-STS policy for "
                                + sts.mx()
                                + ": what does not fit is reported and keeps nothing back")
                .forEach(notes::add);
        if (namesNobody && via.connector().isDnsRouted()) {
            notes.add(
                    "the MX host's name is what the DNS says, and whoever forges the DNS"
                            + " chooses it: name the partner's hosts in tlsDomain");
        }
        if (namesNobody && hasHostByAddress(via.connector())) {
            notes.add(
                    "a smart host given by address has no name to compare with its certificate, so"
                            + " DomainValidation is never met: name it in tlsDomain");
        }
        return notes;
    }

    private static boolean hasHostByAddress(SendConnector connector) {
        return connector.smartHosts().stream().anyMatch(host -> host.kind() == HostKind.ADDRESS);
    }
}
