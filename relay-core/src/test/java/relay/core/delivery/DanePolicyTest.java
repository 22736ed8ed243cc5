package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.smartHost;

import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.address.Domain;
import relay.core.routing.PolicyTable;
import relay.core.tls.TlsDemand;

/// What is published in the DNS against what is demanded of whom (RFC 7672).
class DanePolicyTest {
    private static final String HASH = "ab".repeat(32);
    private static final String LONG_HASH = "cd".repeat(64);
    private static final String MX = "example.org MX 10 mx.example.org secure\n";
    private static final String ADDRESS = "mx.example.org A 192.0.2.1 secure\n";
    private static final String TLSA = "_25._tcp.mx.example.org TLSA ";
    private static final String OTHER_MX =
            "example.org MX 20 mx2.example.org secure\nmx2.example.org A 192.0.2.2 secure\n";

    static Stream<Arguments> published() {
        return Stream.of(
                row("§2.2: no records", MX + ADDRESS, "mx.example.org: nothing"),
                row(
                        "§3.1.1: records of the host",
                        MX + ADDRESS + TLSA + "3 1 1 " + HASH + " secure",
                        "mx.example.org: match [3 1 1]"),
                row(
                        "§2.1.1: records that nobody vouches for",
                        MX + ADDRESS + TLSA + "3 1 1 " + HASH,
                        "mx.example.org: nothing"),
                row(
                        "§2.2.2: an address that nobody vouches for",
                        MX + "mx.example.org A 192.0.2.1\n" + TLSA + "3 1 1 " + HASH + " secure",
                        "mx.example.org: nothing"),
                row(
                        "§2.1.1: a look-up of records that fails",
                        MX + ADDRESS + TLSA + "FAIL",
                        "not now 4.7.5"),
                row(
                        "§2.1.1: …and another host without records",
                        MX + ADDRESS + TLSA + "FAIL\n" + OTHER_MX,
                        "mx2.example.org: nothing"),
                row(
                        "§3.1.3: usages 0 and 1 cannot be used",
                        MX + ADDRESS + TLSA + "1 1 1 " + HASH + " secure",
                        "mx.example.org: encryption"),
                row(
                        "§2.2: a digest of the wrong length cannot be used",
                        MX + ADDRESS + TLSA + "3 1 2 " + HASH + " secure",
                        "mx.example.org: encryption"),
                row(
                        "§2.2: an unknown selector cannot be used",
                        MX + ADDRESS + TLSA + "3 7 1 " + HASH + " secure",
                        "mx.example.org: encryption"),
                row(
                        "§3.1.3: one of two can be used",
                        MX
                                + ADDRESS
                                + (TLSA + "0 0 1 " + HASH + " secure\n")
                                + (TLSA + "2 0 1 " + HASH + " secure"),
                        "mx.example.org: match [2 0 1]"),
                row(
                        "RFC 7671 §9: the strongest digest counts",
                        MX
                                + ADDRESS
                                + (TLSA + "3 1 1 " + HASH + " secure\n")
                                + (TLSA + "3 1 2 " + LONG_HASH + " secure\n")
                                + (TLSA + "2 1 1 " + HASH + " secure\n")
                                + (TLSA + "3 1 0 " + "30 secure"),
                        "mx.example.org: match [3 1 2, 2 1 1, 3 1 0]"),
                row(
                        "§2.2.1: an MX that nobody vouches for, to a host that has records",
                        "example.org MX 10 mx.example.org\n"
                                + ADDRESS
                                + (TLSA + "3 1 1 " + HASH + " secure"),
                        "mx.example.org: match [3 1 1]"),
                row(
                        "§2.2: each host has its own",
                        MX + ADDRESS + TLSA + "3 1 1 " + HASH + " secure\n" + OTHER_MX,
                        "mx.example.org: match [3 1 1], mx2.example.org: nothing"));
    }

    private static Arguments row(String name, String zone, String expected) {
        return arguments(name, zone, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void published(String name, String zone, String expected) {
        assertThat(plan(zone, connector("internet").table())).as(name).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource
    void namesOfTheHost(String zone, String expected) {
        // RFC 7672 §3.2.2: the domain's own name counts where DNSSEC vouches for its MX.
        ConnectionPlan plan = planned(zone, connector("internet").table());
        var dane =
                (TlsDemand.DaneMatch)
                        ConnectionPlannerTest.hosts(plan).getFirst().demands().getFirst();
        assertThat(dane.names().stream().sorted().collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }

    static Stream<Arguments> namesOfTheHost() {
        String records = TLSA + "2 0 1 " + HASH + " secure";
        return Stream.of(
                arguments(MX + ADDRESS + records, "example.org mx.example.org"),
                arguments(
                        "example.org MX 10 mx.example.org\n" + ADDRESS + records,
                        "mx.example.org"));
    }

    @ParameterizedTest
    @MethodSource
    void smartHosts(int port, String expected) {
        // RFC 7672 §2.2.2: a host that was not found by MX has records too, for its own port.
        String zone = ADDRESS + "_587._tcp.mx.example.org TLSA 3 1 1 " + HASH + " secure";
        PolicyTable policy = connector("c").via(smartHost("mx.example.org", port)).table();
        assertThat(plan(zone, policy)).isEqualTo(expected);
    }

    static Stream<Arguments> smartHosts() {
        return Stream.of(
                arguments(587, "mx.example.org: match [3 1 1]"),
                arguments(25, "mx.example.org: nothing"));
    }

    private static String plan(String zone, PolicyTable policy) {
        return switch (planned(zone, policy)) {
            case ConnectionPlan.Hosts(var hosts, _) ->
                    hosts.stream()
                            .map(host -> host.hostName() + ": " + shown(host))
                            .collect(Collectors.joining(", "));
            case ConnectionPlan.NotNow(var why) -> "not now " + why.status();
            case ConnectionPlan.Never(var why) -> "never " + why.status();
        };
    }

    private static ConnectionPlan planned(String zone, PolicyTable policy) {
        var dns = PlainZone.of(zone);
        var planner =
                new ConnectionPlanner(
                        dns,
                        new Random(1),
                        new Domain("relay.example.net"),
                        DemandSource.andConfigured(new DanePolicy(dns)));
        return planner.plan(policy.route(new Domain("example.org")).lane(), policy);
    }

    private static String shown(HostPlan host) {
        if (host.demands().isEmpty()) return "nothing";
        return host.demands().stream()
                .map(demand ->
                        switch (demand) {
                            case TlsDemand.Encryption _ -> "encryption";
                            case TlsDemand.DaneMatch dane -> "match " + records(dane);
                            default -> demand.toString();
                        })
                .collect(Collectors.joining(" and "));
    }

    private static String records(TlsDemand.DaneMatch dane) {
        return dane.records().stream()
                .map(tlsa -> tlsa.usage() + " " + tlsa.selector() + " " + tlsa.matchingType())
                .toList()
                .toString();
    }
}
