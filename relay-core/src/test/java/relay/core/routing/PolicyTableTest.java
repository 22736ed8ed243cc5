package relay.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.routing.ConnectorChoice.WhenDown;
import relay.core.routing.DomainPattern.Any;
import relay.core.routing.DomainPattern.Exact;
import relay.core.routing.DomainPattern.Subtree;
import relay.core.routing.SendConnector.Enabled;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.HostKind;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.TlsRequirement;

class PolicyTableTest {
    private static final Origin HERE = new Origin("connectors.yaml", 1);
    private static final long MAX_SIZE_BYTES = 1 << 20;
    private final List<SendConnector> connectors = new ArrayList<>();
    private final List<DomainFloor> floors = new ArrayList<>();

    @Test
    void theMostSpecificAddressSpaceWinsWhateverItCosts() {
        // Given a space for every domain, one for a subtree, a smaller one and one for the domain
        // alone.
        add("every", Enabled.YES, new AddressSpace(new Any(), 1));
        add("tree", Enabled.YES, new AddressSpace(new Subtree(domain("example.org")), 1));
        add("smaller", Enabled.YES, new AddressSpace(new Subtree(domain("a.example.org")), 50));
        add("exact", Enabled.YES, new AddressSpace(new Exact(domain("x.a.example.org")), 100));

        // Then each domain goes by the one that says most about it.
        assertThat(connectorOf("x.a.example.org")).isEqualTo("exact");
        assertThat(connectorOf("y.a.example.org")).isEqualTo("smaller");
        assertThat(connectorOf("a.example.org")).isEqualTo("smaller");
        assertThat(connectorOf("example.org")).isEqualTo("tree");
        assertThat(connectorOf("notexample.org")).isEqualTo("every");
    }

    @Test
    void amongEqualSpacesTheLowestCostWinsAndThenTheFirstName() {
        add("zoo", Enabled.YES, new AddressSpace(new Any(), 2));
        add("alpha", Enabled.YES, new AddressSpace(new Any(), 3));
        add("bar", Enabled.YES, new AddressSpace(new Any(), 2));
        assertThat(connectorOf("example.org")).isEqualTo("bar");
    }

    @Test
    void aDisabledConnectorTakesNothing() {
        add("off", Enabled.NO, new AddressSpace(new Exact(domain("example.org")), 1));
        add("on", Enabled.YES, new AddressSpace(new Any(), 1));
        assertThat(connectorOf("example.org")).isEqualTo("on");
    }

    @Test
    void mailForADomainThatNoConnectorTakesIsUnreachable() {
        add("some", Enabled.YES, new AddressSpace(new Exact(domain("example.org")), 1));
        Route route = table().route(domain("other.example"));
        assertThat(route).isInstanceOf(Route.Unreachable.class);
        assertThat(route.lane().isUnreachable()).isTrue();
    }

    @Test
    void anAddressLiteralMatchesOnlyTheSpaceForEveryDomain() {
        add("tree", Enabled.YES, new AddressSpace(new Subtree(domain("example.org")), 1));
        add("every", Enabled.YES, new AddressSpace(new Any(), 1));
        assertThat(connectorOf("[192.0.2.7]")).isEqualTo("every");
    }

    @Test
    void theFloorOfADomainIsTheEntryThatFitsItBest() {
        floor(new Subtree(domain("clinic.example")));
        floor(new Exact(domain("lab.clinic.example")));
        assertThat(table().floor(domain("lab.clinic.example")).map(f -> f.pattern().toString()))
                .contains("lab.clinic.example");
        assertThat(table().floor(domain("clinic.example")).map(f -> f.pattern().toString()))
                .contains("*.clinic.example");
        assertThat(table().floor(domain("clinic.example.org"))).isEmpty();
    }

    @Test
    void domainsBehindTheSameSmartHostShareALaneOnlyUnderTheSameFloor() {
        // Given a smart host for everything, and a floor for one domain.
        add("filter", Enabled.YES, new AddressSpace(new Any(), 1));
        floor(new Exact(domain("bank.example")));
        SendConnector filter = connectors.getFirst();
        connectors.set(0, withSmartHost(filter));

        // Then the domain with the floor has a lane of its own.
        PolicyTable table = table();
        Lane one = table.route(domain("one.example")).lane();
        Lane two = table.route(domain("two.example")).lane();
        Lane bank = table.route(domain("bank.example")).lane();
        assertThat(one).isEqualTo(two).isNotEqualTo(bank);
        assertThat(table.floorOf(bank)).isPresent();
    }

    @Test
    void aConnectorWithAScopeTakesThatMailAloneAndBeforeOneWithout() {
        // Given a filter for everybody, a tenant's that has the same space and a later name, and
        // one
        // for notices.
        add("filter", Enabled.YES, new AddressSpace(new Any(), 1));
        add("tenant", Enabled.YES, new AddressSpace(new Any(), 1));
        add("zulu", Enabled.YES, new AddressSpace(new Exact(domain("a.example")), 1));
        scope(1, Set.of("internal", "copiers"), new Subtree(domain("tenant.example")));
        scope(2, Set.of("dsn"));

        // Then both the receive connector and the sender must fit.
        String sender = "x.tenant.example";
        assertThat(connectorOf("a.example", "internal", sender)).isEqualTo("tenant");
        assertThat(connectorOf("a.example", "copiers", sender)).isEqualTo("tenant");
        assertThat(connectorOf("a.example", "outside", sender)).isEqualTo("filter");
        assertThat(connectorOf("a.example", "internal", "example.org")).isEqualTo("filter");

        // And a notice of ours has neither, so that only `dsn` fits it.
        PolicyTable table = table();
        var notice = new MailSource("dsn", new ReversePath.Null());
        assertThat(table.route(domain("a.example"), notice).lane().connector()).isEqualTo("zulu");
        assertThat(table.route(domain("b.example"), notice).lane().connector()).isEqualTo("filter");

        // And a look at the partner goes by what everybody's mail goes by.
        assertThat(connectorOf("a.example")).isEqualTo("filter");
        assertThat(table.lanes(domain("a.example")))
                .extracting(Lane::connector)
                .containsExactly("zulu", "tenant", "filter");
        assertThat(table.lanes(domain("b.example")))
                .extracting(Lane::connector)
                .containsExactly("tenant", "filter");
    }

    @Test
    void mailThatNoScopeFitsWaitsUnreachable() {
        add("tenant", Enabled.YES, new AddressSpace(new Any(), 1));
        scope(0, Set.of("internal"));
        assertThat(table().lanes(domain("a.example")))
                .extracting(Lane::connector)
                .containsExactly("tenant", Lane.UNREACHABLE);
        assertThat(connectorOf("a.example", "outside", "b.example")).isEqualTo(Lane.UNREACHABLE);
        assertThat(connectorOf("a.example", "internal", "b.example")).isEqualTo("tenant");
    }

    @Test
    void aLookAtAPartnerOfWhichEveryConnectorHasAScopeGoesByTheBestOfThem() {
        add("zulu", Enabled.YES, new AddressSpace(new Any(), 1));
        add("alpha", Enabled.YES, new AddressSpace(new Any(), 2));
        scope(0, Set.of("internal"));
        scope(1, Set.of("copiers"));
        assertThat(connectorOf("a.example")).isEqualTo("zulu");
    }

    @Test
    void onlyWhereAScopeCanTakeMailDoesItsRouteDependOnWhereItIsFrom() {
        add("every", Enabled.YES, new AddressSpace(new Any(), 1));
        add("tenant", Enabled.YES, new AddressSpace(new Exact(domain("a.example")), 1));
        scope(1, Set.of("internal"));
        assertThat(table().asksForSource(domain("a.example"))).isTrue();
        assertThat(table().asksForSource(domain("b.example"))).isFalse();
    }

    @Test
    void theOperatorSendsMailByConnectorsThatAreInUseAlone() {
        add("every", Enabled.YES, new AddressSpace(new Any(), 1));
        add("other", Enabled.YES, new AddressSpace(new Exact(domain("b.example")), 1));
        add("off", Enabled.NO, new AddressSpace(new Any(), 1));
        assertThat(redirected("other")).contains("other/redirected:a.example");
        assertThat(redirected("every")).contains("every/a.example");
        assertThat(redirected("off")).isEmpty();
        assertThat(redirected("nobody")).isEmpty();
    }

    @Test
    void mailFailsOverToTheConnectorsThatTakeItAndCanCarryIt() {
        // Given a connector that may be left, one that carries as much, and one with a scope.
        add("first", Enabled.YES, new AddressSpace(new Any(), 1));
        add("tenant", Enabled.YES, new AddressSpace(new Any(), 2));
        add("second", Enabled.YES, new AddressSpace(new Any(), 3));
        connectors.set(
                0,
                connectors
                        .getFirst()
                        .with(new ConnectorChoice(ConnectorScope.EVERYTHING, WhenDown.FAIL_OVER)));
        scope(1, Set.of("internal"));

        // Then mail goes by those that would be chosen without it, the best first.
        assertThat(alternatives("internal", MAX_SIZE_BYTES)).containsExactly("tenant", "second");
        assertThat(alternatives("outside", MAX_SIZE_BYTES)).containsExactly("second");
        assertThat(alternatives("outside", MAX_SIZE_BYTES + 1)).isEmpty();
    }

    private List<String> alternatives(String received, long sizeBytes) {
        var source = new MailSource(received, new ReversePath.Null());
        return table().alternatives(domain("a.example"), source, sizeBytes).stream()
                .map(Lane::connector)
                .toList();
    }

    private Optional<String> redirected(String connector) {
        return table().redirected(domain("a.example"), MailSource.UNKNOWN, connector)
                .map(Lane::toString);
    }

    private void scope(int connector, Set<String> received, DomainPattern... senders) {
        var scope = new ConnectorScope(received, Set.of(senders));
        connectors.set(connector, connectors.get(connector).with(new ConnectorChoice(scope)));
    }

    private String connectorOf(String recipients, String received, String senders) {
        var sender = new ReversePath.Sender(new Mailbox("s", domain(senders)));
        var source = new MailSource(received, sender);
        return table().route(domain(recipients), source).lane().connector();
    }

    private String connectorOf(String name) {
        return table().route(domain(name)).lane().connector();
    }

    private PolicyTable table() {
        return new PolicyTable(connectors, floors);
    }

    private void floor(DomainPattern pattern) {
        floors.add(new DomainFloor(pattern, HERE, new TlsRequirement.EncryptionOnly()));
    }

    private void add(String name, Enabled enabled, AddressSpace... spaces) {
        connectors.add(
                new SendConnector(
                        name,
                        HERE,
                        enabled,
                        List.of(spaces),
                        List.of(),
                        List.of(),
                        new TlsRequirement.None(),
                        SendConnector.PlaintextFallback.ALLOWED,
                        SendConnector.OnTlsFailure.QUEUE,
                        MAX_SIZE_BYTES,
                        RetrySchedule.DEFAULT));
    }

    @Test
    void mailIsRedirectedOnlyToWhereAsMuchTlsIsCertain() {
        // Given connectors of which each lets more through than the next.
        var none = new TlsRequirement.None();
        var modern = new TlsRequirement.EncryptionOnly();
        connectors.add(sends("clear", none, PlaintextFallback.ALLOWED, TlsMode.STARTTLS));
        connectors.add(sends("never", none, PlaintextFallback.NEVER, TlsMode.STARTTLS));
        connectors.add(sends("modern", modern, PlaintextFallback.ALLOWED, TlsMode.STARTTLS));
        // TLS from the first octet on is as good as never in clear.
        connectors.add(sends("implicit", none, PlaintextFallback.ALLOWED, TlsMode.IMPLICIT));

        // Then mail of each may go by those that are as strict, and by no other.
        assertThat(targetsOf("clear")).containsExactly("never", "modern", "implicit");
        assertThat(targetsOf("never")).containsExactly("modern", "implicit");
        assertThat(targetsOf("implicit")).containsExactly("never", "modern");
        assertThat(targetsOf("modern")).isEmpty();
    }

    /// Where the operator may send mail for the domain named like the connector that it goes by.
    private List<String> targetsOf(String chosen) {
        var table = table();
        return connectors.stream()
                .map(SendConnector::name)
                .filter(name -> !name.equals(chosen))
                .filter(name ->
                        table.redirected(domain(chosen), MailSource.UNKNOWN, name).isPresent())
                .toList();
    }

    private static SendConnector sends(
            String name, TlsRequirement tls, PlaintextFallback fallback, TlsMode mode) {
        return new SendConnector(
                name,
                HERE,
                Enabled.YES,
                List.of(new AddressSpace(new Exact(domain(name)), 1)),
                List.of(new SmartHost("mx.filter.example", HostKind.NAME, 25, mode)),
                List.of(),
                tls,
                fallback,
                SendConnector.OnTlsFailure.QUEUE,
                1 << 20,
                RetrySchedule.DEFAULT);
    }

    private static SendConnector withSmartHost(SendConnector c) {
        return new SendConnector(
                c.name(),
                c.origin(),
                c.enabled(),
                c.addressSpaces(),
                List.of(new SmartHost("mx.filter.example", HostKind.NAME, 25, TlsMode.STARTTLS)),
                c.authentication(),
                c.tls(),
                c.plaintextFallback(),
                c.onTlsFailure(),
                c.maxMessageSizeBytes(),
                c.retry());
    }

    private static Domain domain(String name) {
        return Domain.parse(name).orElseThrow();
    }
}
