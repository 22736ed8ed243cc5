package relay.core.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import relay.core.address.Domain;
import relay.core.routing.AddressSpace;
import relay.core.routing.ConnectorChoice;
import relay.core.routing.ConnectorChoice.WhenDown;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.ConnectorScope;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.RetrySchedule.Failure;
import relay.core.routing.SendConnector;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHostAuth;
import relay.core.tls.TlsRequirement;

/// What the operator of a seed has configured, as plain words: [Rules] judges by them, and
/// [#table] tells the relay.
record Policy(List<Connector> connectors, List<Floor> floors) {
    static final String USER = "relay";

    enum Level {
        NONE,
        ENCRYPTION,
        TRUSTED,
        NAME
    }

    enum OnFailure {
        QUEUE,
        BOUNCE,
        HOLD
    }

    enum InClear {
        ALLOWED,
        NEVER
    }

    enum Use {
        ENABLED,
        DISABLED
    }

    enum TlsStart {
        COMMAND,
        AT_ONCE
    }

    record Tls(Level level, Set<String> names) {
        static final Tls NONE = new Tls(Level.NONE, Set.of());

        TlsRequirement requirement() {
            return switch (level) {
                case NONE -> new TlsRequirement.None();
                case ENCRYPTION -> new TlsRequirement.EncryptionOnly();
                case TRUSTED -> new TlsRequirement.CertificateValidation();
                case NAME -> new TlsRequirement.DomainValidation(names);
            };
        }
    }

    record Space(String pattern, int cost) {}

    record Hop(String host, TlsStart start) {
        SmartHost smartHost() {
            return switch (start) {
                case COMMAND ->
                        new SmartHost(
                                host, SmartHost.HostKind.NAME, 25, SmartHost.TlsMode.STARTTLS);
                case AT_ONCE ->
                        new SmartHost(
                                host, SmartHost.HostKind.NAME, 465, SmartHost.TlsMode.IMPLICIT);
            };
        }
    }

    record Retry(List<Duration> delays, Duration expiry, Duration warning) {
        /// Quick tries and delays by failure are chosen without luck, so that seeds of the past
        /// stay what they were.
        RetrySchedule schedule(String connector) {
            int chance = Math.floorMod(Objects.hash(connector, delays, warning), 12);
            List<Duration> glitch =
                    chance % 2 == 0
                            ? List.of()
                            : List.of(Duration.ofSeconds(5), Duration.ofSeconds(chance));
            Map<Failure, List<Duration>> after =
                    switch (chance % 3) {
                        case 0 -> Map.of();
                        case 1 -> Map.of(Failure.REPLY, List.of(Duration.ofMinutes(chance)));
                        default ->
                                Map.of(
                                        Failure.TLS, List.of(Duration.ofMinutes(45)),
                                        Failure.DNS, List.of(Duration.ofSeconds(10 + chance)),
                                        Failure.CONNECTION, List.of(Duration.ofMinutes(2)));
                    };
            return new RetrySchedule(glitch, delays, after, expiry, warning);
        }
    }

    /// Which mail a connector takes; an empty set excludes nothing.
    record Scope(Set<String> receiveConnectors, Set<String> senderDomains) {
        static final Scope EVERYTHING = new Scope(Set.of(), Set.of());

        ConnectorScope connectorScope() {
            return new ConnectorScope(
                    receiveConnectors,
                    senderDomains.stream().map(Policy::pattern).collect(Collectors.toSet()));
        }
    }

    /// `password` is empty where the smart hosts want none.
    record Connector(
            String name,
            Use use,
            List<Space> spaces,
            List<Hop> smartHosts,
            String password,
            Tls tls,
            InClear inClear,
            OnFailure onFailure,
            long maxBytes,
            Retry retry) {

        Connector with(Use newUse) {
            return new Connector(
                    name,
                    newUse,
                    spaces,
                    smartHosts,
                    password,
                    tls,
                    inClear,
                    onFailure,
                    maxBytes,
                    retry);
        }

        Connector with(List<Hop> newHosts) {
            return new Connector(
                    name, use, spaces, newHosts, password, tls, inClear, onFailure, maxBytes,
                    retry);
        }

        Connector with(Tls newTls) {
            return new Connector(
                    name,
                    use,
                    spaces,
                    smartHosts,
                    password,
                    newTls,
                    inClear,
                    onFailure,
                    maxBytes,
                    retry);
        }

        Connector with(InClear newWord) {
            return new Connector(
                    name,
                    use,
                    spaces,
                    smartHosts,
                    password,
                    tls,
                    newWord,
                    onFailure,
                    maxBytes,
                    retry);
        }

        Connector with(OnFailure newFailure) {
            return new Connector(
                    name,
                    use,
                    spaces,
                    smartHosts,
                    password,
                    tls,
                    inClear,
                    newFailure,
                    maxBytes,
                    retry);
        }

        /// Chosen without luck, so that seeds of the past stay what they were.
        ConnectorConnections connections() {
            int chance = Math.floorMod(Objects.hash(name, retry.delays(), retry.expiry()), 8);
            int few = 1 + Math.floorMod(Objects.hash(retry.warning(), name), 3);
            int none = ConnectorConnections.UNLIMITED;
            boolean all = chance == 3;
            return new ConnectorConnections(
                    chance == 0 || all ? few : none,
                    chance == 1 || all ? few : none,
                    chance == 2 || all ? 20 * few : none,
                    new Caller(name, List.of(), Caller.DEFAULT.inactivityTimeout()));
        }

        /// Whether its mail may go by another while its hosts are down. Chosen without luck, too. Notices
        /// come to the senders' own host alone, where they are counted.
        boolean mayFailOver() {
            if (name.equals("home")) return false;
            return new Luck(Objects.hash(spaces.toString(), name, retry)).upTo(3) > 0;
        }

        /// Of the connectors for some domains, some take some mail alone. Chosen without luck, too.
        Scope scope() {
            if (name.equals("net") || name.equals("home")) return Scope.EVERYTHING;
            Set<String> branch = Set.of("branch");
            Set<String> senders = Set.of("*." + Draw.BRANCH);
            return switch (Math.floorMod(Objects.hash(retry.delays(), name, spaces), 10)) {
                case 0, 1 -> new Scope(branch, Set.of());
                case 2, 3 -> new Scope(Set.of(), senders);
                case 4 -> new Scope(branch, senders);
                default -> Scope.EVERYTHING;
            };
        }

        private SendConnector sendConnector() {
            return new SendConnector(
                            name,
                            new Origin("connectors.yaml", 1),
                            SendConnector.Enabled.valueOf(use == Use.ENABLED ? "YES" : "NO"),
                            spaces.stream()
                                    .map(space ->
                                            new AddressSpace(
                                                    pattern(space.pattern()), space.cost()))
                                    .toList(),
                            smartHosts.stream().map(Hop::smartHost).toList(),
                            password.isEmpty()
                                    ? List.of()
                                    : List.of(SmartHostAuth.password(USER, password)),
                            tls.requirement(),
                            SendConnector.PlaintextFallback.valueOf(inClear.name()),
                            SendConnector.OnTlsFailure.valueOf(onFailure.name()),
                            maxBytes,
                            retry.schedule(name))
                    .with(connections())
                    .with(
                            new ConnectorChoice(
                                    scope().connectorScope(),
                                    mayFailOver() ? WhenDown.FAIL_OVER : WhenDown.WAIT));
        }
    }

    record Floor(String pattern, Tls tls) {}

    PolicyTable table() {
        return new PolicyTable(
                connectors.stream().map(Connector::sendConnector).toList(),
                floors.stream()
                        .map(floor ->
                                new DomainFloor(
                                        pattern(floor.pattern()),
                                        new Origin("connectors.yaml", 1),
                                        floor.tls().requirement()))
                        .toList());
    }

    private static DomainPattern pattern(String text) {
        if (text.equals("*")) return new DomainPattern.Any();
        return text.startsWith("*.")
                ? new DomainPattern.Subtree(new Domain(text.substring(2)))
                : new DomainPattern.Exact(new Domain(text));
    }
}
