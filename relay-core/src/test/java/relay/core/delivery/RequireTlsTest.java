package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.names;
import static relay.core.delivery.Policies.smartHost;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.ConnectorTls;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.HostLimits;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.MessageTls;
import relay.core.tls.RootSet;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsOffer;
import relay.core.tls.TlsProof;
import relay.core.tls.TlsTerms;
import relay.core.tls.Unmet;
import relay.core.tls.Unmet.Shortfall;

/// Where mail with REQUIRETLS, or with `TLS-Required: No`, can go (RFC 8689 §4.2).
class RequireTlsTest {
    private static final String MX = "example.org MX 10 mx.example.org";
    private static final String ADDRESS = "\nmx.example.org A 192.0.2.1 secure\n";
    private static final String RECORDS =
            "_25._tcp.mx.example.org TLSA 3 1 1 " + "ab".repeat(32) + " secure";
    private static final TlsTerms OWN_ROOTS =
            new TlsTerms(Set.of(), new RootSet.Own("root.pem", Set.of()));
    private static final PolicyTable INTERNET = connector("c").table();

    static Stream<Arguments> demands() {
        return Stream.of(
                arguments(
                        "DNSSEC vouches for the MX: its name",
                        INTERNET,
                        MX + " secure" + ADDRESS,
                        "mx.example.org: encryption (requiretls), a trusted certificate for"
                                + " mx.example.org (requiretls)"),
                arguments(
                        "…or its TLSA records, which then do",
                        INTERNET,
                        MX + " secure" + ADDRESS + RECORDS,
                        "mx.example.org: a certificate that fits the TLSA records of mx.example.org"
                                + " (dane), encryption (requiretls)"),
                arguments("an MX that may be forged", INTERNET, MX + ADDRESS, "never 5.7.10"),
                arguments(
                        "…whatever records the host has",
                        INTERNET,
                        MX + ADDRESS + RECORDS,
                        "never 5.7.10"),
                arguments(
                        "no MX: the domain is the host",
                        INTERNET,
                        "example.org A 192.0.2.1",
                        "example.org: encryption (requiretls), a trusted certificate for example.org"
                                + " (requiretls)"),
                arguments(
                        "an MX whose address is not known now",
                        INTERNET,
                        MX + " secure\nmx.example.org A FAIL",
                        "not now 4.4.3"),
                arguments(
                        "a smart host by its own name, on top of what the operator demands",
                        connector("c").via(smartHost("out.example", 587)).tls(ENCRYPTION).table(),
                        "out.example A 192.0.2.1",
                        "out.example: encryption (connector c), encryption (requiretls), a trusted"
                                + " certificate for out.example (requiretls)"),
                arguments(
                        "…or by the name that the operator gives it",
                        connector("c")
                                .via(smartHost("192.0.2.1", 25))
                                .tls(names("x.example"))
                                .table(),
                        "",
                        "192.0.2.1: a trusted certificate for x.example (connector c), encryption"
                                + " (requiretls), a trusted certificate for x.example (requiretls)"),
                arguments(
                        "…under the roots that the operator trusts for it",
                        connector("c")
                                .via(smartHost("out.example", 587))
                                .tls(Policies.TRUSTED)
                                .options(new ConnectorTls(OWN_ROOTS, TlsOffer.DEFAULT))
                                .table(),
                        "out.example A 192.0.2.1",
                        "out.example: a certificate trusted by root.pem (connector c), encryption"
                                + " (requiretls), a certificate trusted by root.pem for out.example"
                                + " (requiretls)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void demands(String name, PolicyTable policy, String zone, String expected) {
        assertThat(plan(policy, zone, MessageTls.REQUIRED)).as(name).isEqualTo(expected);
    }

    @Test
    void mailThatDoesWithoutIsHeldUpByTheOperatorAloneAndNeverByThePartner() {
        // Given a partner with TLSA records, or whose records cannot be looked up.
        String broken = MX + " secure" + ADDRESS + "_25._tcp.mx.example.org TLSA FAIL";
        for (String zone : List.of(MX + " secure" + ADDRESS + RECORDS, broken)) {
            // When the message says TLS-Required: No; then what the partner wants does not count.
            assertThat(plan(INTERNET, zone, MessageTls.NOT_REQUIRED)).isEqualTo("mx.example.org: ");
            assertThat(plan(INTERNET, zone, MessageTls.BY_POLICY)).isNotEqualTo("mx.example.org: ");

            // And what the operator demands does.
            PolicyTable strict =
                    connector("c").tls(ENCRYPTION).table(Policies.floor("example.org", ENCRYPTION));
            assertThat(plan(strict, zone, MessageTls.NOT_REQUIRED))
                    .isEqualTo(
                            "mx.example.org: encryption (connector c), encryption (domain"
                                    + " example.org)");
        }
    }

    private static final String TWO =
            """
            example.org MX 10 a.example.org secure
            example.org MX 20 b.example.org secure
            a.example.org A 192.0.2.1
            b.example.org A 192.0.2.2
            """;

    @Test
    void whereEveryHostLacksItTheMailGoesBack() {
        // RFC 8689 §4.2.1: 5.7.30, once there are no more MX hosts.
        DeliveryEnd end = deliver(TWO, lacking(), lacking());
        assertThat(end)
                .isInstanceOfSatisfying(
                        DeliveryEnd.Never.class,
                        never -> assertThat(never.why().status().toString()).isEqualTo("5.7.30"));
    }

    @Test
    void whereAHostIsDownTheMailWaitsForIt() {
        var down =
                new SessionEnd.NotServed(
                        Diagnostic.of(Reason.CONNECTION, new EnhancedStatus(4, 4, 1), "down", "b"),
                        TlsTrouble.NONE);
        assertThat(deliver(TWO, lacking(), down)).isInstanceOf(DeliveryEnd.NoHost.class);
    }

    @Test
    void whereAHostIsNotFoundNowTheMailWaitsForIt() {
        String zone = TWO.replace("b.example.org A 192.0.2.2", "b.example.org A FAIL");
        assertThat(deliver(zone, lacking())).isInstanceOf(DeliveryEnd.NoHost.class);
    }

    @Test
    void aHostThatHasItIsFoundBehindOneThatLacksIt() {
        assertThat(deliver(TWO, lacking(), new SessionEnd.Served(List.of())))
                .isInstanceOf(DeliveryEnd.Served.class);
    }

    private static SessionEnd lacking() {
        var unmet =
                new Unmet(
                        new TlsDemand.Encryption(RequireTls.SOURCE),
                        Shortfall.REQUIRETLS_NOT_OFFERED,
                        "");
        var why = new HostTrouble("a").unmet(List.of(unmet));
        var evidence =
                OutboundSamples.encrypted(TlsVersion.TLS_1_3, new ChainVerdict.Trusted(), "a");
        return new SessionEnd.DemandsUnmet(why, List.of(unmet), evidence);
    }

    private static DeliveryEnd deliver(String zone, SessionEnd... ends) {
        Deque<SessionEnd> left = new ArrayDeque<>(List.of(ends));
        var delivery = new Delivery(planner(zone), (_, _, _) -> left.remove(), _ -> {});
        DeliveryEnd end = delivery.run(lane(INTERNET, MessageTls.REQUIRED), INTERNET, new Deaf());
        assertThat(left).as("hosts that were not asked").isEmpty();
        return end;
    }

    private static final class Deaf implements SessionObserver {
        @Override
        public void opened(SessionLink link, TlsProof proof, HostLimits limits) {}

        @Override
        public void ready(int entries) {}

        @Override
        public void ended(
                QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {}

        @Override
        public void returned(QueueEntry entry) {}
    }

    private static ConnectionPlanner planner(String zone) {
        var dns = PlainZone.of(zone);
        return new ConnectionPlanner(
                dns,
                new Random(1),
                new Domain("relay.example.net"),
                DemandSource.andConfigured(new DanePolicy(dns)));
    }

    private static Lane lane(PolicyTable policy, MessageTls wish) {
        return policy.route(new Domain("example.org")).lane().forMessages(wish);
    }

    private static String plan(PolicyTable policy, String zone, MessageTls wish) {
        return switch (planner(zone).plan(lane(policy, wish), policy)) {
            case ConnectionPlan.Hosts(var hosts, _) ->
                    hosts.stream()
                            .map(host -> host.hostName() + ": " + shown(host))
                            .collect(Collectors.joining("; "));
            case ConnectionPlan.NotNow(var why) -> "not now " + why.status();
            case ConnectionPlan.Never(var why) -> "never " + why.status();
        };
    }

    private static String shown(HostPlan host) {
        return host.demands().stream().map(TlsDemand::toString).collect(Collectors.joining(", "));
    }
}
