package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.floor;
import static relay.core.delivery.Policies.implicitTls;
import static relay.core.delivery.Policies.smartHost;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.address.Domain;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.routing.SmartHost.TlsMode;

class ConnectionPlannerTest {
    private static final Domain RELAY = new Domain("relay.example.net");

    /// What the DNS holds, the domain, the plan, and where the rule stands.
    static Stream<Arguments> dnsRouting() {
        return Stream.of(
                row(
                        "the lowest preference comes first",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 20 b.example.org
                        example.org MX 10 a.example.org
                        a.example.org A 192.0.2.1
                        b.example.org A 192.0.2.2
                        """,
                        "a.example.org[192.0.2.1]:25, b.example.org[192.0.2.2]:25"),
                row(
                        "every address of a host is tried, the protocols in turn",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 10 a.example.org
                        a.example.org A 192.0.2.1
                        a.example.org A 192.0.2.2
                        a.example.org A 2001:db8::1
                        a.example.org A 2001:db8::2
                        """,
                        "a.example.org[2001:db8:0:0:0:0:0:1]:25, a.example.org[192.0.2.1]:25,"
                                + " a.example.org[2001:db8:0:0:0:0:0:2]:25,"
                                + " a.example.org[192.0.2.2]:25"),
                row(
                        "a host that is listed twice counts by its best preference",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 30 a.example.org
                        example.org MX 20 b.example.org
                        example.org MX 10 a.example.org
                        a.example.org A 192.0.2.1
                        b.example.org A 192.0.2.2
                        """,
                        "a.example.org[192.0.2.1]:25, b.example.org[192.0.2.2]:25"),
                row(
                        "a domain without MX is its own host",
                        "RFC 5321 §5.1",
                        "example.org A 192.0.2.1",
                        "example.org[192.0.2.1]:25"),
                row(
                        "a domain with MX is not its own host, even where no MX can be used",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 10 a.example.org
                        example.org A 192.0.2.1
                        """,
                        "not now 4.4.4"),
                row(
                        "a failed MX look-up is not the same as no MX",
                        "RFC 5321 §5.1",
                        """
                        example.org MX FAIL
                        example.org A 192.0.2.1
                        """,
                        "not now 4.4.3"),
                row(
                        "a domain with neither MX nor address takes no mail",
                        "RFC 5321 §5.1",
                        "example.org TXT text",
                        "never 5.1.2"),
                row(
                        "a failed address look-up of the implicit MX is temporary",
                        "RFC 5321 §5.1",
                        "example.org A FAIL",
                        "not now 4.4.3"),
                row("a domain that does not exist", "RFC 5321 §5.1", "", "never 5.1.2"),
                row("a null MX", "RFC 7505 §3", "example.org MX 0 .", "never 5.1.10"),
                row(
                        "localhost as the only MX is as good as a null MX",
                        "RFC 6761 §6.3",
                        """
                        example.org MX 0 localhost
                        example.org A 192.0.2.1
                        """,
                        "never 5.1.10"),
                row(
                        "localhost among others is passed over",
                        "RFC 6761 §6.3",
                        """
                        example.org MX 0 localhost.localdomain
                        example.org MX 5 mx.localhost
                        example.org MX 10 a.example.org
                        localhost.localdomain A 127.0.0.1
                        mx.localhost A 127.0.0.1
                        a.example.org A 192.0.2.1
                        """,
                        "a.example.org[192.0.2.1]:25"),
                row(
                        "a host that is ourselves goes, with its equals and what is worse",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 10 a.example.org
                        example.org MX 20 b.example.org
                        example.org MX 20 relay.example.net
                        example.org MX 30 c.example.org
                        a.example.org A 192.0.2.1
                        b.example.org A 192.0.2.2
                        c.example.org A 192.0.2.3
                        relay.example.net A 192.0.2.9
                        """,
                        "a.example.org[192.0.2.1]:25"),
                row(
                        "mail for which we are the best host ourselves would go round",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 10 relay.example.net
                        example.org MX 20 b.example.org
                        relay.example.net A 192.0.2.9
                        b.example.org A 192.0.2.2
                        """,
                        "never 5.4.6"),
                row(
                        "a host without address is passed over",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 10 a.example.org
                        example.org MX 20 b.example.org
                        b.example.org A 192.0.2.2
                        """,
                        "b.example.org[192.0.2.2]:25"),
                row(
                        "a host whose look-up fails is passed over",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 10 a.example.org
                        example.org MX 20 b.example.org
                        a.example.org A FAIL
                        b.example.org A 192.0.2.2
                        """,
                        "b.example.org[192.0.2.2]:25"),
                row(
                        "of several reasons the failed look-up is told",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 10 a.example.org
                        example.org MX 20 b.example.org
                        b.example.org A FAIL
                        """,
                        "not now 4.4.3"),
                row(
                        "an address that no host can have is no address",
                        "RFC 5321 §5.1",
                        """
                        example.org MX 10 a.example.org
                        a.example.org A 0.0.0.0
                        a.example.org A ::
                        a.example.org A 224.0.0.1
                        """,
                        "not now 4.4.4"));
    }

    private static Arguments row(String name, String rule, String zone, String plan) {
        return arguments(name + " (" + rule + ")", zone, plan);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void dnsRouting(String name, String zone, String expected) {
        // Given a DNS-routed connector and this DNS.
        PolicyTable policy = connector("internet").table();

        // When mail for example.org is planned.
        ConnectionPlan plan = plan("example.org", policy, zone);

        // Then the hosts, or the reason for none, are as the rule wants them.
        assertThat(shown(plan)).as(name).isEqualTo(expected);
    }

    @Test
    void hostsOfEqualPreferenceComeInEveryOrder() {
        // Given three hosts of the same preference.
        String zone =
                """
                example.org MX 10 a.example.org
                example.org MX 10 b.example.org
                example.org MX 10 c.example.org
                a.example.org A 192.0.2.1
                b.example.org A 192.0.2.2
                c.example.org A 192.0.2.3
                """;
        PolicyTable policy = connector("internet").table();

        // When it is planned a hundred times.
        var orders = new HashSet<String>();
        for (int seed = 0; seed < 100; seed++) {
            var planner = new ConnectionPlanner(PlainZone.of(zone), new Random(seed), RELAY);
            orders.add(shown(planner.plan(policy.route(new Domain("example.org")).lane(), policy)));
        }

        // Then each of the six orders has come (RFC 5321 §5.1).
        assertThat(orders).hasSize(6);
    }

    @Test
    void ownDomainIsNotDeliveredToItself() {
        // Given that the relay's own name has an address and no MX.
        PolicyTable policy = connector("internet").table();

        // When mail for it is planned.
        ConnectionPlan plan = plan(RELAY.name(), policy, "relay.example.net A 192.0.2.9");

        // Then it is a loop (RFC 5321 §5.1).
        assertThat(shown(plan)).isEqualTo("never 5.4.6");
    }

    @Test
    void anAddressLiteralAsksNoDns() {
        // Given mailboxes at an address (RFC 5321 §4.1.3), and no DNS.
        PolicyTable policy = connector("internet").table();

        // Then the address itself is the host.
        assertThat(shown(plan("[192.0.2.7]", policy, ""))).isEqualTo("192.0.2.7[192.0.2.7]:25");
        assertThat(shown(plan("[IPv6:2001:db8::7]", policy, "")))
                .isEqualTo("2001:db8:0:0:0:0:0:7[2001:db8:0:0:0:0:0:7]:25");
    }

    @Test
    void smartHostsComeInTheirOrderWithTheirPorts() {
        // Given smart hosts by name and by address; the first cannot be looked up.
        PolicyTable policy =
                connector("filter")
                        .via(
                                smartHost("down.filter.example", 587),
                                smartHost("mx.filter.example", 587),
                                smartHost("192.0.2.7", 2525),
                                implicitTls("tls.filter.example"))
                        .table();
        String zone =
                """
                down.filter.example A FAIL
                mx.filter.example MX 1 elsewhere.example
                mx.filter.example A 192.0.2.1
                tls.filter.example A 192.0.2.3
                """;

        // When mail is planned.
        ConnectionPlan plan = plan("example.org", policy, zone);

        // Then the look-up is for addresses, never for MX, and the order is the operator's.
        assertThat(shown(plan))
                .isEqualTo(
                        "mx.filter.example[192.0.2.1]:587, 192.0.2.7[192.0.2.7]:2525,"
                                + " tls.filter.example[192.0.2.3]:465");
        assertThat(hosts(plan))
                .extracting(HostPlan::tlsMode)
                .containsExactly(TlsMode.STARTTLS, TlsMode.STARTTLS, TlsMode.IMPLICIT);
    }

    @Test
    void smartHostsThatHaveNoAddressNeverBounce() {
        // Given a smart host that the DNS does not know.
        PolicyTable policy = connector("filter").via(smartHost("gone.example", 25)).table();

        // Then the mail waits: it is the operator's mistake, or the DNS's.
        assertThat(shown(plan("example.org", policy, ""))).isEqualTo("not now 4.4.4");
    }

    @Test
    void aPlanIsBounded() {
        // Given a domain with 30 hosts of 3 addresses each.
        String zone =
                IntStream.range(0, 30)
                        .mapToObj(ConnectionPlannerTest::hostWithThreeAddresses)
                        .collect(Collectors.joining("\n"));

        // When it is planned.
        ConnectionPlan plan = plan("example.org", connector("internet").table(), zone);

        // Then there are no more addresses than the limit, the best hosts first.
        assertThat(hosts(plan)).hasSize(ConnectionPlanner.MAX_ADDRESSES);
        assertThat(hosts(plan).getFirst().hostName()).isEqualTo("h0.example.org");
    }

    @Test
    void noMoreHostsThanTheLimitAreLookedUp() {
        // Given ten hosts without an address before one that has one.
        String zone =
                IntStream.rangeClosed(1, ConnectionPlanner.MAX_HOSTS)
                                .mapToObj(i -> "example.org MX " + i + " h" + i + ".example.org\n")
                                .collect(Collectors.joining())
                        + """
                        example.org MX 100 last.example.org
                        last.example.org A 192.0.2.1
                        """;

        // Then a domain cannot make us ask without end.
        assertThat(shown(plan("example.org", connector("internet").table(), zone)))
                .isEqualTo("not now 4.4.4");
    }

    @Test
    void aLaneOfAnotherConfigurationWaits() {
        // Given a configuration with a floor, a DNS-routed connector and a disabled one.
        PolicyTable policy =
                new PolicyTable(
                        List.of(
                                connector("internet").connector(),
                                connector("off").disabled().connector()),
                        List.of(floor("example.org", ENCRYPTION)));
        var planner =
                new ConnectionPlanner(
                        PlainZone.of("example.org A 192.0.2.1"), new Random(1), RELAY);

        // Then what it cannot have made is not planned by guessing.
        Stream.of(
                        new Lane("gone", "example.org", ""),
                        new Lane("off", "example.org", ""),
                        new Lane("internet", Lane.SMART_HOSTS, ""),
                        new Lane("internet", "example.org", "*.gone.example"))
                .forEach(lane ->
                        assertThat(shown(planner.plan(lane, policy)))
                                .as(lane.toString())
                                .isEqualTo("not now 4.3.5"));
    }

    @Test
    void mailThatNoConnectorTakesWaits() {
        // Given a connector for one domain alone.
        PolicyTable policy = connector("one").spaces(Policies.space("only.example", 1)).table();

        // Then mail for another has nowhere to go, for now.
        assertThat(shown(plan("example.org", policy, ""))).isEqualTo("not now 4.4.4");
    }

    private static String hostWithThreeAddresses(int i) {
        return "example.org MX %d h%d.example.org\n".formatted(i, i)
                + "h%d.example.org A 192.0.2.%d\n".formatted(i, i + 1)
                + "h%d.example.org A 198.51.100.%d\n".formatted(i, i + 1)
                + "h%d.example.org A 203.0.113.%d".formatted(i, i + 1);
    }

    static ConnectionPlan plan(String domain, PolicyTable policy, String zone) {
        var planner = new ConnectionPlanner(PlainZone.of(zone), new Random(1), RELAY);
        Domain parsed = Domain.parse(domain).orElseThrow();
        return planner.plan(policy.route(parsed).lane(), policy);
    }

    static List<HostPlan> hosts(ConnectionPlan plan) {
        return plan instanceof ConnectionPlan.Hosts(var hosts, _) ? hosts : List.of();
    }

    private static String shown(ConnectionPlan plan) {
        return switch (plan) {
            case ConnectionPlan.Hosts(var hosts, _) ->
                    hosts.stream().map(HostPlan::toString).collect(Collectors.joining(", "));
            case ConnectionPlan.NotNow(var why) -> "not now " + why.status();
            case ConnectionPlan.Never(var why) -> "never " + why.status();
        };
    }
}
