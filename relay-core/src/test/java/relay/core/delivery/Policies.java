package relay.core.delivery;

import java.util.List;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.routing.AddressSpace;
import relay.core.routing.ConnectorChoice;
import relay.core.routing.ConnectorChoice.WhenDown;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.ConnectorScope;
import relay.core.routing.ConnectorTls;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.Enabled;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.tls.RootSet;
import relay.core.tls.TlsPin;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsRequirement.DomainValidation;
import relay.core.tls.TlsTerms;

/// Policies as the tests here need them: what a test does not name is as in a fresh configuration.
record Policies(SendConnector connector) {
    static final TlsRequirement NONE = new TlsRequirement.None();
    static final TlsRequirement ENCRYPTION = new TlsRequirement.EncryptionOnly();
    static final TlsRequirement TRUSTED = new TlsRequirement.CertificateValidation();

    /// DNS-routed, for every domain, opportunistic, at line 10 of the file.
    static Policies connector(String name) {
        return new Policies(
                new SendConnector(
                        name,
                        new Origin("connectors.yaml", 10),
                        Enabled.YES,
                        List.of(space("*", 1)),
                        List.of(),
                        List.of(),
                        NONE,
                        PlaintextFallback.ALLOWED,
                        OnTlsFailure.QUEUE,
                        36L << 20,
                        RetrySchedule.DEFAULT));
    }

    static TlsRequirement names(String... tlsDomain) {
        return new DomainValidation(Set.of(tlsDomain));
    }

    static DomainPattern pattern(String text) {
        if (text.equals("*")) return new DomainPattern.Any();
        return text.startsWith("*.")
                ? new DomainPattern.Subtree(new Domain(text.substring(2)))
                : new DomainPattern.Exact(new Domain(text));
    }

    static AddressSpace space(String pattern, int cost) {
        return new AddressSpace(pattern(pattern), cost);
    }

    static DomainFloor floor(String pattern, TlsRequirement tls) {
        return new DomainFloor(pattern(pattern), new Origin("connectors.yaml", 40), tls);
    }

    static DomainFloor floor(String pattern, TlsRequirement tls, TlsTerms terms) {
        return new DomainFloor(pattern(pattern), new Origin("connectors.yaml", 40), tls, terms);
    }

    /// A pin of a key, of which only the last digit tells it from another.
    static TlsTerms pinned(int digit) {
        var pin = new TlsPin(TlsPin.Subject.KEY, "0".repeat(63) + digit);
        return new TlsTerms(Set.of(pin), RootSet.COMMON);
    }

    static SmartHost smartHost(String host, int port) {
        HostKind kind = IpRange.address(host).isPresent() ? HostKind.ADDRESS : HostKind.NAME;
        return new SmartHost(host, kind, port, TlsMode.STARTTLS);
    }

    static SmartHost implicitTls(String host) {
        return new SmartHost(host, HostKind.NAME, 465, TlsMode.IMPLICIT);
    }

    Policies line(int line) {
        return with(new Origin("connectors.yaml", line), connector.enabled());
    }

    Policies disabled() {
        return with(connector.origin(), Enabled.NO);
    }

    Policies spaces(AddressSpace... spaces) {
        return with(List.of(spaces), connector.smartHosts(), connector.authentication());
    }

    Policies via(SmartHost... hosts) {
        return with(connector.addressSpaces(), List.of(hosts), connector.authentication());
    }

    Policies authenticated() {
        var auth = SmartHostAuth.password("relay", "secret");
        return with(connector.addressSpaces(), connector.smartHosts(), List.of(auth));
    }

    Policies as(SmartHostAuth auth) {
        return with(connector.addressSpaces(), connector.smartHosts(), List.of(auth));
    }

    Policies tls(TlsRequirement tls) {
        return with(tls, connector.plaintextFallback(), connector.onTlsFailure());
    }

    /// What the connector asks for beside its level.
    Policies options(ConnectorTls options) {
        var c = connector;
        return new Policies(
                new SendConnector(
                        c.name(),
                        c.origin(),
                        c.enabled(),
                        c.addressSpaces(),
                        c.smartHosts(),
                        c.authentication(),
                        c.tls(),
                        c.plaintextFallback(),
                        c.onTlsFailure(),
                        c.maxMessageSizeBytes(),
                        c.retry(),
                        options,
                        c.connections(),
                        c.choice(),
                        c.errorPolicies()));
    }

    Policies connections(ConnectorConnections connections) {
        return new Policies(connector.with(connections));
    }

    Policies scope(Set<String> receiveConnectors, DomainPattern... senderDomains) {
        var scope = new ConnectorScope(receiveConnectors, Set.of(senderDomains));
        return new Policies(connector.with(new ConnectorChoice(scope)));
    }

    Policies failOver() {
        var choice = new ConnectorChoice(ConnectorScope.EVERYTHING, WhenDown.FAIL_OVER);
        return new Policies(connector.with(choice));
    }

    Policies neverInClear() {
        return with(connector.tls(), PlaintextFallback.NEVER, connector.onTlsFailure());
    }

    Policies onTlsFailure(OnTlsFailure choice) {
        return with(connector.tls(), connector.plaintextFallback(), choice);
    }

    PolicyTable table(DomainFloor... floors) {
        return new PolicyTable(List.of(connector), List.of(floors));
    }

    private Policies with(Origin origin, Enabled enabled) {
        var c = connector;
        return new Policies(
                new SendConnector(
                        c.name(),
                        origin,
                        enabled,
                        c.addressSpaces(),
                        c.smartHosts(),
                        c.authentication(),
                        c.tls(),
                        c.plaintextFallback(),
                        c.onTlsFailure(),
                        c.maxMessageSizeBytes(),
                        c.retry(),
                        c.tlsOptions(),
                        c.connections(),
                        c.choice(),
                        c.errorPolicies()));
    }

    private Policies with(
            List<AddressSpace> spaces, List<SmartHost> hosts, List<SmartHostAuth> auth) {
        var c = connector;
        return new Policies(
                new SendConnector(
                        c.name(),
                        c.origin(),
                        c.enabled(),
                        spaces,
                        hosts,
                        auth,
                        c.tls(),
                        c.plaintextFallback(),
                        c.onTlsFailure(),
                        c.maxMessageSizeBytes(),
                        c.retry(),
                        c.tlsOptions(),
                        c.connections(),
                        c.choice(),
                        c.errorPolicies()));
    }

    private Policies with(
            TlsRequirement tls, PlaintextFallback fallback, OnTlsFailure onTlsFailure) {
        var c = connector;
        return new Policies(
                new SendConnector(
                        c.name(),
                        c.origin(),
                        c.enabled(),
                        c.addressSpaces(),
                        c.smartHosts(),
                        c.authentication(),
                        tls,
                        fallback,
                        onTlsFailure,
                        c.maxMessageSizeBytes(),
                        c.retry(),
                        c.tlsOptions(),
                        c.connections(),
                        c.choice(),
                        c.errorPolicies()));
    }
}
