package relay.server.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.smtp.Reply;
import relay.core.tls.CertificateDigests;
import relay.core.tls.CipherSuite;
import relay.core.tls.Evidence;
import relay.core.tls.LegacyException;
import relay.core.tls.RootSet;
import relay.core.tls.StapledStatus;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsPin;
import relay.core.tls.TlsProof;
import relay.server.testing.Samples;

class RecordLinesTest {
    private static final String MESSAGE =
            "\"id\":\"10000000001\",\"entry\":0,\"sender\":\"alice@sender.example\","
                    + "\"recipients\":[\"bob@bank.example\"],\"sizeBytes\":2048,"
                    + "\"receiveConnector\":\"internal\",\"client\":\"192.0.2.1\","
                    + "\"connector\":\"bank\",\"nextHop\":\"bank.example\","
                    + "\"lane\":\"bank/bank.example\"";
    private static final String HOST =
            "\"host\":\"mx.bank.example\",\"address\":\"192.0.2.7\",\"port\":25";

    private final RecordLines records = new RecordLines();
    private final QueueEntry entry = TrackedSamples.entry(1, Samples.BANK, "bob@bank.example");

    @Test
    void aReceptionSaysFromWhomForWhomAndWhetherTheClientSpokeTls() {
        // Given a message from a client that did not ask for TLS, when it is recorded.
        // Then the record is exactly this.
        assertThat(lines(TrackedSamples.received(entry)))
                .containsExactly(
                        "{\"time\":\"2026-11-23T12:00:00.000Z\",\"event\":\"RECEIVE\","
                                + MESSAGE
                                + ",\"tls\":{\"protocol\":\"none\",\"why\":\"not-offered\","
                                + "\"detail\":\"no STARTTLS in EHLO\"}}\n");
    }

    @Test
    void aDeliveryCarriesTheProofOfItsTls() {
        // Given a delivery whose demand for a name was met, when it is recorded.
        var lines = lines(TrackedSamples.delivered(entry, Samples.NOON.plusMillis(1234)));

        // Then it says what was demanded, by whom, what met it, and whose certificate it was.
        assertThat(lines)
                .containsExactly(
                        "{\"time\":\"2026-11-23T12:00:00.000Z\",\"event\":\"SEND\","
                                + MESSAGE
                                + ","
                                + HOST
                                + ",\"delayMillis\":1234,\"attempts\":0,\"status\":\"2.0.0\","
                                + "\"reply\":\"250 2.0.0 Ok: queued as 7F3A\","
                                + "\"tls\":{\"protocol\":\"TLSv1.3\","
                                + "\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"group\":\"X25519\","
                                + "\"verified\":\"name\",\"demands\":[{\"demand\":\"name\","
                                + "\"names\":[\"mx.bank.example\"],\"source\":\"connector bank\","
                                + "\"metBy\":\"mx.bank.example\"}],\"certificate\":{"
                                + "\"verdict\":\"trusted\","
                                + "\"subject\":\"CN=mx.bank.example,O=Bank\\\\, Ltd,C=CH\","
                                + "\"issuer\":\"CN=mx.bank.example,O=Bank\\\\, Ltd,C=CH\","
                                + "\"sha256\":\""
                                + TrackedSamples.FINGERPRINT
                                + "\",\"notAfter\":\"2126-10-31T15:14:25Z\",\"ocsp\":\"none\","
                                + "\"names\":[\"mx.bank.example\"]}}}\n");
    }

    @Test
    void aDeliveryInClearSaysWhy() {
        // Given a delivery that nothing forbade to be in clear, when it is recorded.
        var line = lines(TrackedSamples.deliveredInClear(entry, Samples.NOON)).getFirst();

        // Then the reason is there.
        assertThat(line)
                .endsWith(
                        "\"tls\":{\"protocol\":\"none\",\"why\":\"not-offered\","
                                + "\"detail\":\"no STARTTLS in EHLO\"}}\n");
    }

    @Test
    void demandsOfSeveralPoliciesStandSideBySide() {
        // Given a delivery under the demands of a connector and of a floor.
        var floor = new TlsDemand.Source(TlsDemand.Source.Kind.DOMAIN, "bank.example");
        var demands = List.of(Samples.DEMAND, new TlsDemand.TrustedChain(floor));
        var proof = new TlsProof(TrackedSamples.HOST, demands, TrackedSamples.tls());

        // When it is recorded, then each has its source and what met it.
        assertThat(lines(TrackedSamples.delivered(entry, Samples.NOON, proof)).getFirst())
                .contains(
                        "\"verified\":\"chain\",\"demands\":[{\"demand\":\"encryption\","
                                + "\"source\":\"connector bank\",\"metBy\":\"TLSv1.3\"},"
                                + "{\"demand\":\"chain\",\"source\":\"domain bank.example\","
                                + "\"metBy\":\"trusted\"}]");
    }

    @Test
    void anExceptionIsNamedWhereItStood() {
        // Given a delivery that was allowed an old version.
        var exception = new LegacyException(Evidence.TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));
        var demand = new TlsDemand.Legacy(Samples.DEMAND, exception);
        var suite =
                new TlsDemand.OneOfSuites(
                        Samples.DEMAND.source(), Set.of(CipherSuite.TLS_AES_128_GCM_SHA256));
        var proof = new TlsProof(TrackedSamples.HOST, List.of(demand, suite), TrackedSamples.tls());

        // When it is recorded, then so is the exception, and nothing is said of the certificate.
        assertThat(lines(TrackedSamples.delivered(entry, Samples.NOON, proof)).getFirst())
                .contains(
                        "\"verified\":\"no\",\"demands\":[{\"demand\":\"encryption\","
                                + "\"source\":\"connector bank\",\"metBy\":\"TLSv1.3, TLSv1.0"
                                + " accepted until 2027-03-31\"},{\"demand\":\"cipher-suite\"");
    }

    @Test
    void aPinSaysWhichDigestMetIt() {
        // Given a delivery under a demand for one of two keys, the host's and another.
        var own = CertificateDigests.of(TrackedSamples.certificate());
        var key = new TlsPin(TlsPin.Subject.KEY, own.publicKey().sha256());
        var next = new TlsPin(TlsPin.Subject.KEY, "0".repeat(64));
        var demand = new TlsDemand.Pinned(Samples.DEMAND.source(), Set.of(key, next));
        var tls = (Evidence.Encrypted) TrackedSamples.tls();
        var evidence =
                new Evidence.Encrypted(
                        tls.protocol(),
                        tls.cipherSuite(),
                        tls.group(),
                        tls.verdict(),
                        tls.presentedNames(),
                        tls.chain(),
                        List.of(own));
        var proof = new TlsProof(TrackedSamples.HOST, List.of(demand), evidence);

        // When it is recorded, then the host's is there.
        assertThat(lines(TrackedSamples.delivered(entry, Samples.NOON, proof)).getFirst())
                .contains(
                        "\"verified\":\"pin\",\"demands\":[{\"demand\":\"pin\","
                                + "\"source\":\"connector bank\",\"metBy\":\""
                                + key
                                + "\"}]");
    }

    @Test
    void rootsOfAnEntryAreNamedWhereTheyMetItsDemand() {
        // Given a delivery to a host that only the roots of the connector trust.
        var roots = new RootSet.Own("bank.pem", Set.of(TrackedSamples.certificate()));
        var demand =
                new TlsDemand.TrustedName(
                        Samples.DEMAND.source(), Set.of("mx.bank.example"), roots);
        var tls = (Evidence.Encrypted) TrackedSamples.tls();
        var evidence =
                new Evidence.Encrypted(
                        tls.protocol(),
                        tls.cipherSuite(),
                        tls.group(),
                        new Evidence.ChainVerdict.Untrusted("self-signed"),
                        tls.presentedNames(),
                        tls.chain(),
                        List.of(),
                        Map.of(roots, new Evidence.ChainVerdict.Trusted()),
                        tls.chain(),
                        new StapledStatus.Good());
        var proof = new TlsProof(TrackedSamples.HOST, List.of(demand), evidence);

        // When it is recorded, then they are there, the certificate is trusted, and ours that was
        // presented (here the same) has its place.
        assertThat(lines(TrackedSamples.delivered(entry, Samples.NOON, proof)).getFirst())
                .contains("\"metBy\":\"mx.bank.example by bank.pem\"}]")
                .contains("\"verdict\":\"trusted\"")
                .contains("\"ocsp\":\"good\"")
                .contains("\"presented\":\"" + TrackedSamples.FINGERPRINT + "\"");
    }

    @Test
    void aDeferralNamesTheUnmetDemandAndTheNextTry() {
        // Given mail that waits because the partner offers no TLS, when that is recorded.
        var deferred =
                new RelayEvent.Deferred(
                        entry,
                        entry.recipients(),
                        Samples.unmetDemand(),
                        Samples.NOON.plusSeconds(60),
                        RelayEvent.Deferred.Certainty.POSSIBLY_DELIVERED);
        assertThat(lines(deferred))
                .containsExactly(
                        "{\"time\":\"2026-11-23T12:00:00.000Z\",\"event\":\"DEFER\","
                                + MESSAGE
                                + ",\"attempts\":0,\"next\":\"2026-11-23T12:01:00.000Z\","
                                + "\"possiblyDelivered\":true,"
                                + HOST
                                + ",\"status\":\"4.7.5\",\"reason\":\"tls\","
                                + "\"why\":\"a TLS demand was not met\",\"unmet\":[\"encryption"
                                + " (connector bank): not-offered (no STARTTLS in EHLO)\"]}\n");
    }

    @Test
    void aFailureIsFollowedByItsNoticeOnceHoweverManyRecipientsFailed() {
        // Given two recipients that failed, each told by itself, with one notice for both.
        var notice = TrackedSamples.entry(2, Samples.FILTER, "alice@sender.example");
        var why = Diagnostic.said(new Reply(550, List.of("5.1.1 nobody")), "RCPT TO", "mx");

        // When both are recorded.
        var first = lines(TrackedSamples.bounced(entry, why, notice));
        var second = lines(TrackedSamples.bounced(entry, why, notice));

        // Then there are two failures, and one notice.
        assertThat(first).hasSize(2);
        assertThat(first.get(0))
                .contains("\"event\":\"FAIL\"")
                .endsWith(
                        "\"attempts\":0,\"host\":\"mx\",\"status\":\"5.1.1\",\"reply\":\"550 5.1.1"
                                + " nobody\",\"reason\":\"reply\",\"why\":\"the host answered RCPT"
                                + " TO\",\"notices\":[\"10000000002\"]}\n");
        assertThat(first.get(1))
                .contains("\"event\":\"DSN\",\"id\":\"10000000002\"")
                .endsWith("\"kind\":\"failure\",\"about\":\"10000000001\"}\n");
        assertThat(second).hasSize(1);
    }

    @Test
    void holdDropDelayNoticeAndTheTroubleOfALaneAreRecorded() {
        // Given what else becomes of mail.
        var notice = Samples.message(TrackedSamples.entry(3, Samples.FILTER, "a@sender.example"));
        var told = Samples.message(TrackedSamples.entry(4, Samples.FILTER, "a@sender.example"));
        var events =
                List.of(
                        new RelayEvent.Held(entry, List.of(Samples.unmetDemand())),
                        new RelayEvent.Removed(entry),
                        new RelayEvent.Redirected(entry, "filter"),
                        new RelayEvent.FailedOver(
                                entry,
                                entry.recipients(),
                                Samples.FILTER.insteadOf("bank"),
                                List.of(Samples.unmetDemand())),
                        new RelayEvent.FailedBack(entry, entry.recipients(), Samples.FILTER),
                        new RelayEvent.Released(entry),
                        new RelayEvent.Replayed(Samples.message(entry), "1EDN4G0C4G00.eml"),
                        new RelayEvent.DelayWarned(entry, notice),
                        new RelayEvent.SuccessTold(entry, entry.recipients(), told),
                        new RelayEvent.LaneFailed(
                                Samples.BANK, Samples.unmetDemand(), Samples.NOON, 7));

        // When it is recorded, then each has its word.
        assertThat(events.stream().map(event -> lines(event).getFirst()))
                .satisfiesExactly(
                        held -> assertThat(held).contains("\"DEFER\"", "\"held\":true", "unmet"),
                        dropped -> assertThat(dropped).contains("\"DROP\"").doesNotContain("why"),
                        sent ->
                                assertThat(sent)
                                        .contains("\"REDIRECT\"")
                                        .endsWith("\"by\":\"filter\",\"cause\":\"operator\"}\n"),
                        over ->
                                assertThat(over)
                                        .contains(
                                                "\"REDIRECT\"",
                                                "\"lane\":\"bank/bank.example\",\"by\":\"filter\","
                                                        + "\"cause\":\"fail-over\"",
                                                "\"why\""),
                        back ->
                                assertThat(back)
                                        .contains("\"REDIRECT\"", "\"cause\":\"fail-back\""),
                        released -> assertThat(released).contains("\"RESUBMIT\""),
                        replayed ->
                                assertThat(replayed)
                                        .contains("\"RESUBMIT\"", "\"file\":\"1EDN4G0C4G00.eml\""),
                        warned -> assertThat(warned).contains("\"DSN\"", "\"kind\":\"delay\""),
                        success -> assertThat(success).contains("\"DSN\"", "\"kind\":\"relayed\""),
                        failed ->
                                assertThat(failed)
                                        .contains(
                                                "\"event\":\"DEFER\",\"waiting\":7,"
                                                        + "\"connector\":\"bank\""));
    }

    @Test
    void whatIsNotAboutAMessageOfOursMakesNoRecord() {
        // Given a client that was turned away, when it is heard of, then it is not tracked.
        var event = new RelayEvent.Rejected(Samples.client(), new Reply(554, List.of("no")));
        assertThat(RecordLines.isTracked(event)).isFalse();
        assertThat(records.of(new Heard(Samples.NOON, event))).isEmpty();
    }

    @Test
    void whateverStrangersSayALineStaysALineOfVisibleAscii() {
        // Given a reply, a cipher and names with line ends, quotes, and letters that turn the text.
        String hostile = "x\"}\r\n{\"time\":\"\u001b[2J\u202e\ud800é";
        var tls =
                new Evidence.Encrypted(
                        Evidence.TlsVersion.TLS_1_2,
                        hostile,
                        hostile,
                        new Evidence.ChainVerdict.Untrusted(hostile),
                        Set.of(hostile),
                        List.of(TrackedSamples.certificate()));
        var event =
                new RelayEvent.Delivered(
                        entry,
                        List.of(new Mailbox(hostile, Samples.domain("bank.example"))),
                        new Reply(250, List.of(hostile)),
                        new TlsProof(hostile, List.of(), tls),
                        Samples.NOON);

        // When it is recorded, then it can be read again, and harms no terminal.
        String line = lines(event).getFirst();
        assertThat(line.stripTrailing().chars()).allMatch(c -> c >= ' ' && c < 0x7f);
        assertThat(TrackedRecord.parse(line.strip()).text("reply")).contains("\u001b[2J");
    }

    @Test
    void manyRecipientsMakeSeveralRecords() {
        // Given a delivery to more recipients than a record has.
        String[] many =
                IntStream.range(0, RecordLines.MAX_RECIPIENTS + 1)
                        .mapToObj(i -> "user" + i + "@bank.example")
                        .toArray(String[]::new);
        var large = TrackedSamples.entry(1, Samples.BANK, many);

        // When it is recorded, then none is left out.
        var lines = lines(TrackedSamples.delivered(large, Samples.NOON));
        assertThat(lines).hasSize(2);
        assertThat(lines.stream().flatMap(line -> TrackedRecord.parse(line).recipients().stream()))
                .containsExactly(many);
    }

    private List<String> lines(RelayEvent event) {
        assertThat(RecordLines.isTracked(event)).isTrue();
        return records.of(new Heard(Samples.NOON, event)).stream()
                .map(line -> new String(line, StandardCharsets.US_ASCII))
                .toList();
    }
}
