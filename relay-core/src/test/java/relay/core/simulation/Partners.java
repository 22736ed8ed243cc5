package relay.core.simulation;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import relay.core.routing.ConnectorConnections;
import relay.core.simulation.HostDialogue.Visit;

/// The hosts of all partners, and the promises that are checked whenever one of them hears
/// something: by their books and the operator's words alone.
final class Partners {
    /// How many entries a connection may have been given before it hears of a new configuration.
    private static final int GIVEN_BEFORE = 2;

    private record InForce(Policy policy, long since) {}

    private record Stay(HostConnection connection, Visit visit) {}

    final Sim sim;
    final Trace trace;
    final HostBook book = new HostBook();
    final OutageBook outages;
    final Map<String, SimHost> hosts = new LinkedHashMap<>();
    private final Map<InetAddress, SimHost> byAddress = new HashMap<>();
    private final SimDns dns;
    private final ClientBook clients;
    private final CrashBook crashes;
    private final List<InForce> policies = new ArrayList<>();
    private final Map<HostConnection, List<Long>> transactions = new HashMap<>();
    private final Map<String, Stay> stays = new HashMap<>();
    private final Map<String, List<HostConnection>> calls = new HashMap<>();
    private final Map<HostConnection, String> callers = new HashMap<>();
    private final Map<String, Set<String>> redirected = new HashMap<>();
    private int connections;

    /// Whether hosts limit what a connection may carry.
    boolean limit;

    /// Hosts that an outage strikes, with their line meanwhile.
    final Map<String, SimHost.Line> struck = new HashMap<>();

    /// Hosts that are there, and want to hear nothing now.
    final Set<String> busy = new HashSet<>();

    /// The connector that the relay dialed for last.
    private String dialedFor = "";

    Partners(
            Sim sim,
            Trace trace,
            SimDns dns,
            ClientBook clients,
            CrashBook crashes,
            OutageBook outages) {
        this.sim = sim;
        this.trace = trace;
        this.dns = dns;
        this.clients = clients;
        this.crashes = crashes;
        this.outages = outages;
    }

    void add(SimHost host) {
        hosts.put(host.name, host);
        host.addresses.forEach(address -> byAddress.put(address, host));
        dns.address(host.name, host.addresses);
    }

    @Nullable SimHost at(InetAddress address) {
        return byAddress.get(address);
    }

    /// The line of a host now.
    SimHost.Line line(SimHost host) {
        return struck.getOrDefault(host.name, host.line);
    }

    boolean isBusy(SimHost host) {
        return busy.contains(host.name);
    }

    void dials(String connector) {
        dialedFor = connector;
    }

    /// Where a change of the configuration meets somebody at work; empty before the first call.
    String dialedFor() {
        return dialedFor;
    }

    int nextConnection() {
        return ++connections;
    }

    /// From now on the relay is bound by it.
    void adopted(Policy policy) {
        policies.add(new InForce(policy, sim.nowMillis()));
    }

    /// The relay calls for a connector, whose name it gives with EHLO.
    void called(HostConnection connection, String connector) {
        callers.put(connection, connector);
        List<HostConnection> open = calls.computeIfAbsent(connector, _ -> new ArrayList<>());
        open.removeIf(earlier -> !earlier.isHeldByRelay());
        open.add(connection);
        long limit = limits(connection).maxConnections();
        if (open.size() > limit) {
            throw new Violation(open + " at once for " + connector + ", which may have " + limit);
        }
    }

    /// The connector that the relay calls for.
    String caller(HostConnection connection) {
        return callers.getOrDefault(connection, "");
    }

    private ConnectorConnections limits(HostConnection connection) {
        String name = caller(connection);
        return policies.getLast().policy().connectors().stream()
                .filter(connector -> connector.name().equals(name))
                .map(Policy.Connector::connections)
                .findFirst()
                .orElse(ConnectorConnections.DEFAULT);
    }

    int policyNow() {
        return policies.size() - 1;
    }

    List<Policy> policiesEver() {
        return policies.stream().map(InForce::policy).toList();
    }

    /// The operator sends mail for these domains by that connector.
    void redirects(Collection<String> domains, String connector) {
        redirected.computeIfAbsent(connector, _ -> new HashSet<>()).addAll(domains);
    }

    /// Whether the operator ever did so.
    boolean mayBeRedirected(String domain, String connector) {
        return redirected.getOrDefault(connector, Set.of()).contains(domain);
    }

    void heardPassword(HostConnection connection) {
        if (!connection.facts().isEncrypted()) {
            throw new Violation(connection + " heard a password in clear");
        }
        Policy now = policies.getLast().policy();
        boolean may =
                policies.stream()
                        .skip(connection.policyAtOpening)
                        .flatMap(inForce -> inForce.policy().connectors().stream())
                        .filter(connector -> !connector.password().isEmpty())
                        .anyMatch(c -> Rules.mayHearPassword(c, connection.facts()));
        if (!may) {
            throw new Violation(
                    connection
                            + " heard a password that is not for it: "
                            + connection.facts()
                            + "; "
                            + now);
        }
    }

    void heardSender(HostConnection connection, String sender) {
        List<Long> begun = transactions.computeIfAbsent(connection, _ -> new ArrayList<>());
        begun.add(sim.nowMillis());
        if (begun.size() > limits(connection).maxMessagesPerConnection()) {
            throw new Violation(connection + " heard of its message " + begun.size());
        }
        // An empty one says nothing of whose mail it is.
        List<String> recipients = clients.recipientsOf(sender);
        if (recipients.isEmpty()) return;
        List<Optional<String>> objections =
                recipients.stream().map(r -> objection(connection, r)).toList();
        if (objections.stream().allMatch(Optional::isPresent)) {
            throw new Violation(connection + " heard of " + sender + ": " + objections.getFirst());
        }
    }

    void heardRecipient(HostConnection connection, String recipient) {
        objection(connection, recipient)
                .ifPresent(why -> {
                    throw new Violation(connection + " heard of " + recipient + ": " + why);
                });
        HostBook.Refusal refusal = book.refused.get(recipient);
        if (refusal == null) return;
        long refusedAt = refusal.at();
        boolean forgotten =
                crashes.mayHaveForgotten(refusedAt, refusal.in().overAt(), sim.nowMillis());
        if (refusedAt < sim.nowMillis() && !forgotten && clients.isOnce(recipient)) {
            throw new Violation(
                    connection + " heard again of " + recipient + ", refused at " + refusedAt);
        }
    }

    /// Mail with REQUIRETLS gets there as its sender wants it.
    void heardOfRequired(HostConnection connection, String recipient, String word) {
        if (!clients.requiresTls(recipient)) return;
        String domain = domain(recipient);
        if (!connection.host.offers("REQUIRETLS")) {
            throw new Violation(connection + " does not offer REQUIRETLS, for " + recipient);
        }
        List<Optional<String>> objections =
                policies.subList(connection.policyAtOpening, policies.size()).stream()
                        .map(inForce ->
                                Rules.requireTlsObjection(
                                        inForce.policy(),
                                        domain,
                                        connection.facts(),
                                        word,
                                        SimDns.isSigned(domain) || !dns.listed(domain).isEmpty()))
                        .toList();
        if (objections.stream().allMatch(Optional::isPresent)) {
            throw new Violation(
                    connection + " heard of " + recipient + ": " + objections.getLast());
        }
    }

    /// Nobody is at two hosts at once.
    void enters(HostConnection connection, Visit visit, String recipient) {
        visit.present.add(recipient);
        if (!clients.isOnce(recipient)) return;
        Stay before = stays.put(recipient, new Stay(connection, visit));
        if (before == null || before.visit() == visit) return;
        boolean stillThere =
                before.connection().isHeldByRelay() && before.visit().present.contains(recipient);
        if (stillThere) {
            throw new Violation(
                    recipient + " is with " + before.connection() + " and " + connection);
        }
    }

    private Optional<String> objection(HostConnection connection, String recipient) {
        if (connection.isInjected()) return Optional.of("somebody spoke in clear after STARTTLS");
        Optional<String> last = Optional.empty();
        for (int i = policyNow(); i >= connection.policyAtOpening; i--) {
            if (i < policyNow()
                    && begunSince(connection, policies.get(i + 1).since()) > GIVEN_BEFORE) {
                return last;
            }
            Optional<String> objection = objection(policies.get(i).policy(), connection, recipient);
            if (objection.isEmpty()) return objection;
            last = objection.map(why -> why + "; " + connection.facts());
        }
        return last;
    }

    private Optional<String> objection(Policy policy, HostConnection connection, String recipient) {
        String domain = domain(recipient);
        Rules.Source source = clients.sourceOf(recipient);
        Set<String> mxHosts = dns.hostsEver(domain);
        boolean byPolicy = !clients.isTlsNotRequired(recipient);
        List<String> listed = byPolicy ? dns.listed(domain) : List.of();
        Rules.Facts facts = connection.facts();
        boolean redirected =
                mayBeRedirected(domain, caller(connection))
                        && Rules.redirectObjection(policy, domain, source, facts, mxHosts, listed)
                                .isEmpty();
        if (redirected) return Optional.empty();
        return Rules.objection(policy, domain, source, facts, mxHosts, listed)
                .or(() ->
                        Rules.connector(policy, domain, source)
                                .filter(first -> !first.name().equals(caller(connection)))
                                .flatMap(first ->
                                        outages.objection(first, mxHosts, sim.nowMillis())));
    }

    private long begunSince(HostConnection connection, long since) {
        return transactions.getOrDefault(connection, List.of()).stream()
                .filter(at -> at >= since)
                .count();
    }

    static String domain(String address) {
        return address.substring(address.lastIndexOf('@') + 1);
    }
}
