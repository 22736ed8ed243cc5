package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.floor;
import static relay.core.delivery.Policies.implicitTls;
import static relay.core.delivery.Policies.names;
import static relay.core.delivery.Policies.pinned;
import static relay.core.delivery.Policies.smartHost;
import static relay.core.delivery.Policies.space;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.delivery.Explanation.PassedOver;
import relay.core.routing.AddressSpace;
import relay.core.routing.ConnectorTls;
import relay.core.routing.MailSource;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.tls.CipherSuite;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.LegacyException;
import relay.core.tls.ProtocolTerms;
import relay.core.tls.RootSet;
import relay.core.tls.StsPolicy;
import relay.core.tls.StsPolicy.Mode;
import relay.core.tls.TlsOffer;
import relay.core.tls.TlsTerms;

class ExplainTest {

    @Test
    void thePartnerWithItsOwnConnectorAndAFloor() {
        // Given a partner's connector, a filter for the rest, and a floor.
        var policy =
                table(
                        List.of(
                                connector("bank")
                                        .line(12)
                                        .spaces(space("*.bank.example", 5))
                                        .tls(names("mx.bank.example"))
                                        .connector(),
                                connector("filter")
                                        .line(20)
                                        .via(smartHost("mx.filter.example", 587))
                                        .connector()),
                        floor("bank.example", ENCRYPTION));

        // When somebody asks.
        List<String> lines = Explain.domain(new Domain("bank.example"), policy).lines();

        // Then the answer quotes the lines that say so.
        assertThat(lines)
                .containsExactly(
                        "domain       bank.example",
                        "connector    bank (connectors.yaml:12), by SMTP:*.bank.example;5",
                        "queue        bank/bank.example+bank.example",
                        "next hop     the MX hosts of bank.example, as the DNS has them",
                        "TLS          a trusted certificate for mx.bank.example (connector bank,"
                                + " connectors.yaml:12)",
                        "             encryption (domain bank.example, connectors.yaml:40)",
                        "without TLS  the message waits and is tried again (onTlsFailure: queue)",
                        "retries      first after 5s, 15s, 30s for want of a connection; after 1m, 5m,"
                                + " 10m, 30m, 1h and so on; the sender is warned"
                                + " after 4h and gets the message back after 2d",
                        "not chosen   filter (connectors.yaml:20) with SMTP:*;1: * is less specific"
                                + " than *.bank.example");
    }

    @Test
    void retriesAreToldByKindOfFailure() {
        // Given a schedule with delays of their own for two kinds of failure.
        var schedule =
                new Explanation.Retry(
                        List.of(),
                        List.of("1m", "5m"),
                        Map.of("tls", List.of("30m"), "reply", List.of("5m", "10m")),
                        "4h",
                        "2d");

        // Then it says which.
        assertThat(schedule)
                .hasToString(
                        "after 1m, 5m and so on; for reply after 5m, 10m and so on; for tls after"
                                + " 30m and so on; the sender is warned after 4h and gets the"
                                + " message back after 2d");
    }

    @Test
    void pinsAreToldWhole() {
        // Given a connector with a pin.
        PolicyTable policy =
                connector("bank")
                        .tls(ENCRYPTION)
                        .options(new ConnectorTls(pinned(1), TlsOffer.DEFAULT))
                        .table();

        // When somebody asks, then it can be compared with the certificate.
        assertThat(Explain.domain(new Domain("bank.example"), policy).lines())
                .contains(
                        "             a certificate with sha256/key:"
                                + "0".repeat(63)
                                + "1 (connector bank, connectors.yaml:10)");
    }

    @Test
    void anExceptionIsToldWithItsDay() {
        // Given a connector that wants TLS 1.3 and takes TLS 1.1 for a while.
        var exception = new LegacyException(TlsVersion.TLS_1_1, LocalDate.of(2027, 3, 31));
        var terms =
                new ProtocolTerms(
                        TlsVersion.TLS_1_3,
                        Set.of(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
                        List.of(exception));
        PolicyTable policy =
                connector("bank")
                        .tls(ENCRYPTION)
                        .options(
                                new ConnectorTls(
                                        new TlsTerms(Set.of(), RootSet.COMMON, terms),
                                        TlsOffer.DEFAULT))
                        .table();

        // When somebody asks, before its end and after.
        var domain = new Domain("bank.example");
        var before = Explain.domain(domain, policy.at(Instant.parse("2027-03-31T12:00:00Z")));
        var after = Explain.domain(domain, policy.at(Instant.parse("2027-04-01T12:00:00Z")));

        // Then it stands at what it is an exception from, and is gone later.
        assertThat(before.lines())
                .anyMatch(line -> line.contains("encryption, TLSv1.1 accepted until 2027-03-31 ("))
                .anyMatch(line ->
                        line.contains(
                                "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLSv1.1 accepted until"
                                        + " 2027-03-31 ("))
                .noneMatch(line -> line.contains("TLSv1.3 or newer"));
        assertThat(after.lines())
                .anyMatch(line -> line.contains("TLSv1.3 or newer ("))
                .noneMatch(line -> line.contains("until"));
    }

    @Test
    void whatThePartnerPublishes() {
        // Given a partner whose MTA-STS policy is known, in force or tried out.
        PolicyTable policy = connector("internet").table();
        var domain = new Domain("example.org");
        var mx = List.of("*.example.org", "mx.example.net");

        // When somebody asks.
        List<String> enforced =
                Explain.domain(domain, MailSource.UNKNOWN, policy, sts(Mode.ENFORCE, mx)).lines();
        List<String> tested =
                Explain.domain(domain, MailSource.UNKNOWN, policy, sts(Mode.TESTING, mx)).lines();

        // Then it is a demand, or a note.
        assertThat(enforced)
                .contains(
                        "TLS          a trusted certificate for the host's own name, which is"
                                + " *.example.org or mx.example.net (mta-sts example.org, as fetched"
                                + " from example.org)")
                .contains(
                        "without TLS  the message waits and is tried again (onTlsFailure: queue)");
        assertThat(tested)
                .noneMatch(line -> line.contains("(mta-sts"))
                .anyMatch(line -> line.contains("example.org tries out an MTA-STS policy"));
    }

    private static StsPolicies sts(Mode mode, List<String> mx) {
        return domain ->
                domain.name().equals("example.org")
                        ? Optional.of(new StsPolicy(mode, mx, Duration.ofDays(1)))
                        : Optional.empty();
    }

    @Test
    void smartHostsWithAPassword() {
        // Given smart hosts by name and address, with credentials.
        PolicyTable policy =
                connector("filter")
                        .via(smartHost("mx.filter.example", 587), smartHost("192.0.2.7", 25))
                        .authenticated()
                        .onTlsFailure(OnTlsFailure.HOLD)
                        .table(floor("example.org", names()));

        // When somebody asks.
        Explanation explanation = Explain.domain(new Domain("example.org"), policy);

        // Then each host's demands are told, and that one can never be met.
        var way = explanation.way().getFirst();
        assertThat(way.nextHops()).containsExactly("mx.filter.example:587", "[192.0.2.7]:25");
        assertThat(way.demands())
                .extracting(Explanation.Demand::toString)
                .containsExactly(
                        "a trusted certificate for mx.filter.example (domain example.org,"
                                + " connectors.yaml:40)",
                        "a trusted certificate for mx.filter.example (auth filter,"
                                + " connectors.yaml:10)",
                        "a trusted certificate for 192.0.2.7 (domain example.org,"
                                + " connectors.yaml:40)",
                        "a trusted certificate for 192.0.2.7 (auth filter, connectors.yaml:10)");
        assertThat(way.whenTlsFails()).contains("hold");
        assertThat(explanation.notes()).singleElement().asString().contains("never met");
    }

    @Test
    void aNameThatOnlyTheDnsVouchesForComesWithAdvice() {
        // Given DomainValidation by DNS without tlsDomain.
        PolicyTable policy = connector("c").tls(names()).table();

        // When somebody asks, then whose name it is and what to do about it is told.
        Explanation explanation = Explain.domain(new Domain("example.org"), policy);
        assertThat(explanation.way().getFirst().demands())
                .extracting(Explanation.Demand::demand)
                .containsExactly("a trusted certificate for the MX host's own name");
        assertThat(explanation.notes()).singleElement().asString().contains("tlsDomain");
    }

    @Test
    void whatBecomesOfMailThatNobodyDemandsTlsFor() {
        assertThat(whenTlsFails(connector("c"))).isEqualTo("the message is sent in clear");
        assertThat(whenTlsFails(connector("c").neverInClear())).contains("waits");
        assertThat(whenTlsFails(connector("c").via(implicitTls("a.example")))).contains("waits");
        assertThat(whenTlsFails(connector("c").via(implicitTls("a.example"), smartHost("b", 25))))
                .contains("clear");
        assertThat(whenTlsFails(connector("c").tls(ENCRYPTION).onTlsFailure(OnTlsFailure.BOUNCE)))
                .contains("back to its sender");
    }

    @Test
    void mailThatNoConnectorTakes() {
        // Given a disabled connector that would match.
        PolicyTable policy = connector("off").disabled().table();

        // When somebody asks, then the queue is named, and the connector that would have taken it.
        List<String> lines = Explain.domain(new Domain("example.org"), policy).lines();
        assertThat(lines)
                .containsExactly(
                        "domain       example.org",
                        "connector    none: mail waits in the queue unreachable/example.org",
                        "not chosen   off (connectors.yaml:10) with SMTP:*;1: it is not enabled",
                        "note         add an address space that fits, or `*`, to a connector");
    }

    @Test
    void costAndNameDecideBetweenEqualsAndThatIsSaid() {
        // Given three connectors with the same address space.
        var policy =
                table(
                        List.of(
                                connector("b").connector(),
                                connector("a").connector(),
                                connector("dear").spaces(space("*", 7)).connector()));

        // When somebody asks.
        Explanation explanation = Explain.domain(new Domain("example.org"), policy);

        // Then each loser has its own reason.
        assertThat(explanation.way().getFirst().connector()).isEqualTo("a");
        assertThat(explanation.passedOver())
                .extracting(PassedOver::why)
                .containsExactly("its name comes after a", "its cost 7 is higher than 1");
    }

    @Test
    void whyAScopeDoesNotFitIsSaid() {
        // Given a connector for everybody's mail, and two for some.
        var policy =
                table(
                        List.of(
                                connector("all").connector(),
                                connector("copiers").scope(Set.of("copiers", "dsn")).connector(),
                                connector("tenant")
                                        .scope(Set.of(), Policies.pattern("*.tenant.example"))
                                        .connector()));
        var domain = new Domain("example.org");

        // When somebody asks of no mail in particular, and of the tenant's.
        Explanation nobody = Explain.domain(domain, policy);
        var sender = new ReversePath.Sender(new Mailbox("a", new Domain("tenant.example")));
        var source = new MailSource("internal", sender);
        Explanation tenant = Explain.domain(domain, source, policy, StsPolicies.NONE);

        // Then each is told what the others are for.
        assertThat(nobody.way().getFirst().connector()).isEqualTo("all");
        assertThat(nobody.passedOver())
                .extracting(PassedOver::why)
                .containsExactly(
                        "it takes only mail received by copiers or dsn",
                        "it takes only mail of senders of *.tenant.example");
        assertThat(tenant.way().getFirst().connector()).isEqualTo("tenant");
        assertThat(tenant.passedOver())
                .extracting(PassedOver::why)
                .containsExactly(
                        "tenant is for this mail in particular",
                        "it takes only mail received by copiers or dsn");
    }

    @Test
    void theExplanationAgreesWithTheRoute() {
        for (long seed = 0; seed < 1_000; seed++) {
            // Given any table of address spaces that all match one domain.
            List<SendConnector> connectors = connectors(new Random(seed));

            // When the domain is explained.
            Explanation explanation = Explain.domain(new Domain("a.b.example"), table(connectors));

            // Then every connector is accounted for, and each stated reason is true.
            String winner = explanation.way().getFirst().connector();
            assertThat(explanation.passedOver())
                    .as("seed %d", seed)
                    .hasSize(connectors.size() - 1)
                    .filteredOn(loser -> loser.why().startsWith("its name"))
                    .allMatch(loser -> loser.connector().compareTo(winner) > 0);
        }
    }

    private static List<SendConnector> connectors(Random random) {
        return IntStream.range(0, random.nextInt(1, 6))
                .mapToObj(i ->
                        connector("c" + i)
                                .spaces(
                                        Stream.generate(() -> anySpace(random))
                                                .limit(random.nextInt(1, 4))
                                                .toArray(AddressSpace[]::new))
                                .connector())
                .toList();
    }

    private static AddressSpace anySpace(Random random) {
        var patterns = List.of("*", "*.example", "*.b.example", "*.a.b.example", "a.b.example");
        return space(patterns.get(random.nextInt(patterns.size())), random.nextInt(1, 4));
    }

    private static String whenTlsFails(Policies connector) {
        return Explain.domain(new Domain("example.org"), connector.table())
                .way()
                .getFirst()
                .whenTlsFails();
    }

    private static PolicyTable table(
            List<SendConnector> connectors, relay.core.routing.DomainFloor... floors) {
        return new PolicyTable(connectors, List.of(floors));
    }
}
