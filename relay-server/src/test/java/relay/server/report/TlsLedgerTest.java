package relay.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.address.Domain;
import relay.core.delivery.DemandSource;
import relay.core.delivery.HostPlan;
import relay.core.event.RelayEvent.StsFetch;
import relay.core.queue.Diagnostic;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.smtp.EnhancedStatus;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.MessageTls;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.Source.Kind;
import relay.core.tls.TlsOffer;
import relay.core.tls.Tlsa;
import relay.core.tls.Unmet.Shortfall;
import relay.server.report.Tally.Row;
import relay.server.testing.Samples;

/// What is counted of sessions, and under which policy.
class TlsLedgerTest {
    private static final String MX = "mx.example.org";
    private static final Lane LANE = new Lane("internet", "example.org", "");
    private static final LocalDate DAY = LocalDate.of(2026, 11, 26);
    private static final TlsDemand STS =
            new TlsDemand.StsMatch(new Source(Kind.STS, "example.org"), MX, List.of(MX));
    private static final TlsDemand DANE =
            new TlsDemand.DaneMatch(
                    new Source(Kind.DANE, ""),
                    MX,
                    List.of(new Tlsa(3, 1, 1, "ab".repeat(32))),
                    Set.of(MX));
    private static final TlsDemand UNUSABLE = new TlsDemand.Encryption(new Source(Kind.DANE, ""));
    private static final TlsDemand OURS =
            new TlsDemand.TrustedChain(new Source(Kind.DOMAIN, "example.org"));

    @TempDir Path folder;
    private Instant now = Instant.parse("2026-11-26T12:00:00Z");
    private DayFiles files;
    private TlsLedger ledger;

    @BeforeEach
    void open() {
        files = DayFiles.in(folder);
        ledger = new TlsLedger(files, () -> now);
    }

    @ParameterizedTest
    @CsvSource({
        "none, trusted, no-policy-found 1 ok",
        "none, clear, no-policy-found 0 ok starttls-not-supported",
        "none, broken, no-policy-found 0 ok validation-failure",
        "none, expired, no-policy-found 1 ok",
        "ours, expired, no-policy-found 0 ok certificate-expired",
        "sts, trusted, sts 1 ok",
        "sts, clear, sts 0 ok starttls-not-supported",
        "sts, expired, sts 0 ok certificate-expired",
        "sts, untrusted, sts 0 ok certificate-not-trusted",
        "sts, other name, sts 0 ok certificate-host-mismatch",
        "sts tried out, other name, sts 0 ok certificate-host-mismatch",
        "sts tried out, trusted, sts 1 ok",
        "dane, trusted, tlsa 0 ok validation-failure",
        "dane, clear, tlsa 0 ok starttls-not-supported",
        "unusable, trusted, tlsa 0 ok tlsa-invalid",
    })
    void eachPolicyHasItsOwnCount(String policy, String evidence, String counted) {
        ledger.session(LANE, host(policy), evidence(evidence));
        assertThat(counted()).isEqualTo(counted);
    }

    @Test
    void aHostUnderTwoPoliciesIsCountedUnderEach() {
        var host = plan(List.of(STS, DANE, OURS), List.of());
        ledger.session(LANE, host, evidence("trusted"));
        ledger.session(LANE, host, evidence("trusted"));
        assertThat(counted()).isEqualTo("sts 2 ok; tlsa 0 ok validation-failure");
        Row tlsa = rows().getLast();
        assertThat(tlsa.domain()).isEqualTo("example.org");
        assertThat(tlsa.policy().domain()).isEqualTo(MX);
        assertThat(tlsa.policy().strings()).containsExactly("3 1 1 " + "ab".repeat(32));
        assertThat(tlsa.failures().getFirst().count()).isEqualTo(2);
    }

    @Test
    void aLookUpOfTlsaRecordsThatFailsIsCountedForTheHost() {
        // Given a policy of DANE that cannot say anything of one host now, and has nothing on
        // another.
        var why =
                Diagnostic.of(
                        Diagnostic.Reason.DNS,
                        new EnhancedStatus(4, 7, 5),
                        "the signatures are bogus",
                        MX);
        DemandSource watched =
                ledger.watching(target ->
                        target.hostName().equals(MX)
                                ? new DemandSource.Answer.NotNow(why)
                                : DemandSource.Answer.NOTHING);

        // When both are asked about, twice, then the one is counted, and the answers are passed on.
        for (int i = 0; i < 2; i++) {
            assertThat(watched.ask(target(LANE, MX)))
                    .isEqualTo(new DemandSource.Answer.NotNow(why));
            assertThat(watched.ask(target(LANE, "mx2.example.org")))
                    .isEqualTo(DemandSource.Answer.NOTHING);
        }
        assertThat(counted()).isEqualTo("tlsa 0 ok dnssec-invalid");
        Tally.Counted failure = rows().getFirst().failures().getFirst();
        assertThat(failure.count()).isEqualTo(2);
        assertThat(failure.failure().mxHost()).isEqualTo(MX);
        assertThat(failure.failure().reason()).isEqualTo("the signatures are bogus");
        assertThat(rows().getFirst().policy().domain()).isEqualTo(MX);
    }

    private static DemandSource.Target target(Lane lane, String host) {
        return new DemandSource.Target(
                lane,
                Samples.policy().connectors().getFirst(),
                List.of(),
                host,
                new DemandSource.DnsFacts(25, List.of(host), List.of(host)),
                List.of());
    }

    @Test
    void reportsAreNotReported() {
        // Given a session for messages that say TLS-Required: No, as our reports do.
        ledger.session(LANE.forMessages(MessageTls.NOT_REQUIRED), host("none"), evidence("clear"));
        assertThat(rows()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "FETCHED, ''",
        "FAILED, sts 0 ok sts-policy-fetch-error",
        "UNTRUSTED, sts 0 ok sts-webpki-invalid",
        "INVALID, sts 0 ok sts-policy-invalid",
    })
    void aPolicyThatCannotBeHadIsCounted(StsFetch.Result result, String counted) {
        ledger.on(new StsFetch(new Domain("example.org"), result, "why"));
        assertThat(counted()).isEqualTo(counted);
    }

    @Test
    void aSmartHostIsADomainOfItsOwnAndAnAddressIsNone() {
        var smartHosts = new Lane("filter", Lane.SMART_HOSTS, "");
        ledger.session(smartHosts, host("none"), evidence("trusted"));
        var address =
                new HostPlan(
                        "192.0.2.7",
                        InetAddress.getLoopbackAddress(),
                        25,
                        TlsMode.STARTTLS,
                        List.of(),
                        PlaintextFallback.ALLOWED,
                        List.of());
        ledger.session(smartHosts, address, evidence("trusted"));
        assertThat(rows()).extracting(Row::domain).containsExactly(MX);
    }

    @Test
    void countsOutliveARestartAndADay() {
        // Given a session that was saved.
        ledger.session(LANE, host("none"), evidence("trusted"));
        ledger.save();

        // When the relay starts anew, and one more is counted, and then one of the next day.
        ledger = new TlsLedger(files, () -> now);
        ledger.session(LANE, host("none"), evidence("trusted"));
        now = Instant.parse("2026-11-27T00:00:00Z");
        ledger.session(LANE, host("none"), evidence("clear"));

        // Then each is in the file of its day, and the day that is over is left alone from then on.
        assertThat(counted()).isEqualTo("no-policy-found 2 ok");
        files.write(DAY, List.of());
        ledger.save();
        assertThat(files.days()).containsExactly(DAY.plusDays(1));
    }

    @Test
    void aDamagedFileIsBegunAnew() throws IOException {
        ledger.session(LANE, host("none"), evidence("trusted"));
        ledger.save();
        for (String damage : List.of("", "{", "[{}]", "[null]")) {
            Files.writeString(folder.resolve("tls-reports").resolve(DAY + ".json"), damage);
            ledger = new TlsLedger(files, () -> now);
            ledger.session(LANE, host("none"), evidence("trusted"));
            assertThat(counted()).as(damage).isEqualTo("no-policy-found 1 ok");
        }
    }

    private List<Row> rows() {
        ledger.save();
        return files.read(DAY);
    }

    private String counted() {
        return rows().stream()
                .map(row ->
                        row.policy().type()
                                + " "
                                + row.successes()
                                + " ok"
                                + row.failures().stream()
                                        .map(counted -> " " + counted.failure().result())
                                        .collect(Collectors.joining()))
                .collect(Collectors.joining("; "));
    }

    private static HostPlan host(String policy) {
        return switch (policy) {
            case "none" -> plan(List.of(), List.of());
            case "ours" -> plan(List.of(OURS), List.of());
            case "sts" -> plan(List.of(STS), List.of());
            case "sts tried out" -> plan(List.of(), List.of(STS));
            case "dane" -> plan(List.of(DANE), List.of());
            case "unusable" -> plan(List.of(UNUSABLE), List.of());
            default -> throw new IllegalArgumentException(policy);
        };
    }

    private static HostPlan plan(List<TlsDemand> demands, List<TlsDemand> tested) {
        return new HostPlan(
                MX,
                InetAddress.getLoopbackAddress(),
                25,
                TlsMode.STARTTLS,
                demands,
                tested,
                PlaintextFallback.ALLOWED,
                List.of(),
                TlsOffer.DEFAULT,
                Caller.DEFAULT,
                "");
    }

    private static Evidence evidence(String word) {
        return switch (word) {
            case "clear" -> new Evidence.Plaintext(Shortfall.NOT_OFFERED, "no STARTTLS");
            case "broken" -> new Evidence.Plaintext(Shortfall.HANDSHAKE_FAILED, "alert");
            case "trusted" -> encrypted(new ChainVerdict.Trusted(), MX);
            case "expired" -> encrypted(new ChainVerdict.Expired("since yesterday"), MX);
            case "untrusted" -> encrypted(new ChainVerdict.Untrusted("self-signed"), MX);
            case "other name" -> encrypted(new ChainVerdict.Trusted(), "mx.else.example");
            default -> throw new IllegalArgumentException(word);
        };
    }

    private static Evidence encrypted(ChainVerdict verdict, String name) {
        return new Evidence.Encrypted(
                Evidence.TlsVersion.TLS_1_3,
                "TLS_AES_128_GCM_SHA256",
                "",
                verdict,
                Set.of(name),
                List.of());
    }
}
