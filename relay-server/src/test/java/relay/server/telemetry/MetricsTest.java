package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.Connection;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.LegacyException;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;
import relay.server.testing.Samples;

class MetricsTest {
    private static final Evidence CLEAR =
            new Evidence.Plaintext(Unmet.Shortfall.NOT_OFFERED, "no STARTTLS in EHLO");

    private final Metrics metrics = new Metrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void aMessageThatBouncesForThreeRecipientsCountsOnce() {
        // Given a message to three recipients, and another one.
        QueueEntry first = Samples.entry(1, Samples.BANK, Samples.mailbox("bob", "bank.example"));
        QueueEntry second = Samples.entry(2, Samples.BANK, Samples.mailbox("eve", "bank.example"));

        // When all of it ends undelivered, recipient after recipient.
        for (String name : List.of("bob", "carol", "dan")) {
            metrics.on(
                    new RelayEvent.Bounced(
                            first,
                            List.of(Samples.mailbox(name, "bank.example")),
                            Samples.unmetDemand(),
                            List.of()));
        }
        metrics.on(
                new RelayEvent.Bounced(
                        second, second.recipients(), Samples.unmetDemand(), List.of()));

        // Then these are two messages.
        assertThat(scraped()).contains("relay_bounced_messages_total{connector=\"bank\"} 2.0");
    }

    @Test
    void aConfiguredConnectorHasItsCountersAtZeroBeforeTheFirstEvent() {
        // Given connectors, one of which demands TLS, and a domains entry.
        metrics.configured(List.of(Samples.receiveConnector("internal")), Samples.policy());

        // When Prometheus asks.
        List<String> lines = scraped();

        // Then each counter exists, so that a rate over it does.
        assertThat(lines)
                .contains(
                        "relay_received_messages_total{connector=\"internal\"} 0.0",
                        "relay_refused_messages_total{connector=\"internal\"} 0.0",
                        "relay_delivered_messages_total{connector=\"bank\",tls=\"none\"} 0.0",
                        "relay_delivered_messages_total{connector=\"bank\",tls=\"TLSv1.3\"} 0.0",
                        "relay_deferred_total{connector=\"filter\",reason=\"tls\"} 0.0",
                        "relay_bounced_messages_total{connector=\"filter\"} 0.0",
                        "relay_plaintext_fallbacks_total{connector=\"filter\"} 0.0",
                        "relay_tls_failures_total{connector=\"bank\",demand=\"connector\",reason=\"not-offered\"} 0.0",
                        "relay_tls_failures_total{connector=\"filter\",demand=\"domain\",reason=\"name-mismatch\"} 0.0",
                        "relay_connections{direction=\"inbound\"} 0.0",
                        "relay_rejected_connections_total 0.0",
                        "relay_gateways_hiding_clients_total 0.0",
                        "relay_faults_total 0.0")
                .noneMatch(line -> line.contains("\"filter\",demand=\"connector\""));
    }

    @Test
    void aMessageThatFailsOverCountsForTheConnectorThatIsDownOnce() {
        // Given a message that leaves the bank's connector for one, and that for another.
        metrics.configured(List.of(), Samples.policy());
        QueueEntry entry = Samples.entry(1, Samples.BANK, Samples.mailbox("bob", "bank.example"));
        var second = Samples.FILTER.insteadOf("bank");
        var third = new Lane("third", Lane.SMART_HOSTS, "").insteadOf("bank");
        QueueEntry there = Samples.entry(1, second, Samples.mailbox("bob", "bank.example"));

        // When that is counted.
        metrics.on(new RelayEvent.FailedOver(entry, entry.recipients(), second, List.of()));
        metrics.on(new RelayEvent.FailedOver(there, there.recipients(), third, List.of()));

        // Then the bank's connector has one, and nobody else any.
        assertThat(scraped())
                .contains(
                        "relay_failed_over_messages_total{connector=\"bank\"} 1.0",
                        "relay_failed_over_messages_total{connector=\"filter\"} 0.0");
    }

    @Test
    void thousandsOfConnectorsDoNotMakeAnEndlessScrape() {
        // Given more connectors than begin at zero.
        var many =
                java.util.stream.IntStream.range(0, Metrics.MAX_CONNECTORS_AT_ZERO + 100)
                        .mapToObj(number -> Samples.receiveConnector("c" + number))
                        .toList();

        // When they are configured and one beyond the limit receives mail.
        metrics.configured(many, Samples.policy());
        String late = many.getLast().name();
        metrics.on(new RelayEvent.Received(receivedBy(late), CLEAR));

        // Then only as many as the limit begin at zero, and the late one is counted all the same.
        assertThat(scraped().stream().filter(line -> line.startsWith("relay_received_messages_")))
                .hasSize(Metrics.MAX_CONNECTORS_AT_ZERO + 1)
                .contains("relay_received_messages_total{connector=\"" + late + "\"} 1.0");
    }

    @Test
    void everyEventMovesItsCounter() {
        // Given what can happen to mail for the bank.
        QueueEntry entry = Samples.entry(1, Samples.BANK, Samples.mailbox("bob", "bank.example"));
        var to = entry.recipients();
        var never = RelayEvent.Deferred.Certainty.NOT_DELIVERED;
        Instant at = Samples.NOON.plusMillis(300);
        var reply = Reply.of(250, 0, 0, "ok");
        var why = Samples.unmetDemand();

        // When it happens.
        metrics.on(new RelayEvent.Received(Samples.message(entry), CLEAR));
        metrics.on(new RelayEvent.Refused("internal", Samples.client(), Reply.of(452, 3, 1, "no")));
        metrics.on(new RelayEvent.Rejected(Samples.client(), Reply.of(554, 7, 1, "no")));
        metrics.on(new RelayEvent.Delivered(entry, to, reply, proof(CLEAR), at));
        metrics.on(new RelayEvent.Delivered(entry, to, reply, proof(tls()), at));
        metrics.on(new RelayEvent.Deferred(entry, to, why, at, never));
        metrics.on(new RelayEvent.Bounced(entry, to, why.expired(), List.of()));
        metrics.on(new RelayEvent.PlaintextFallback(Samples.FILTER, "mx.example", "stalled"));
        metrics.on(
                new RelayEvent.TestedPolicyUnmet(
                        Samples.BANK,
                        "mx.bank.example",
                        List.of(
                                new Unmet(
                                        Samples.DEMAND,
                                        Unmet.Shortfall.MX_MISMATCH,
                                        "not listed"))));
        metrics.on(
                new RelayEvent.StsFetch(
                        Samples.domain("bank.example"),
                        RelayEvent.StsFetch.Result.UNTRUSTED,
                        "wrong name"));
        metrics.on(new RelayEvent.Fault("store", "disk full"));
        metrics.on(new RelayEvent.ClientsHidden(Samples.client(), 5));

        // Then each shows under its labels.
        assertThat(scraped())
                .contains(
                        "relay_received_messages_total{connector=\"internal\"} 1.0",
                        "relay_refused_messages_total{connector=\"internal\"} 1.0",
                        "relay_rejected_connections_total 1.0",
                        "relay_mta_sts_testing_failures_total{connector=\"bank\",reason=\"mx-mismatch\"}"
                                + " 1.0",
                        "relay_mta_sts_fetch_total{result=\"untrusted\"} 1.0",
                        "relay_mta_sts_fetch_total{result=\"fetched\"} 0.0",
                        "relay_delivered_messages_total{connector=\"bank\",tls=\"none\"} 1.0",
                        "relay_delivered_messages_total{connector=\"bank\",tls=\"TLSv1.2\"} 1.0",
                        "relay_deferred_total{connector=\"bank\",reason=\"tls\"} 1.0",
                        "relay_bounced_messages_total{connector=\"bank\"} 1.0",
                        "relay_plaintext_fallbacks_total{connector=\"filter\"} 1.0",
                        "relay_faults_total 1.0",
                        "relay_gateways_hiding_clients_total 1.0",
                        "relay_delivery_seconds_count 2",
                        "relay_delivery_seconds_bucket{le=\"0.25\"} 0",
                        "relay_delivery_seconds_bucket{le=\"0.5\"} 2",
                        "relay_delivery_seconds_bucket{le=\"86400.0\"} 2");
    }

    @Test
    void aLaneThatFailsIsADeferralAndEachUnmetDemandATlsFailureByWhoMadeIt() {
        // Given a host that meets neither the connector's demand nor the floor's.
        var floor =
                new relay.core.tls.TlsDemand.TrustedName(
                        new relay.core.tls.TlsDemand.Source(
                                relay.core.tls.TlsDemand.Source.Kind.DOMAIN, "bank.example"),
                        Set.of("mx.bank.example"));
        var unmet =
                List.of(
                        new Unmet(Samples.DEMAND, Unmet.Shortfall.NOT_OFFERED, ""),
                        new Unmet(floor, Unmet.Shortfall.NOT_OFFERED, ""));
        var timeout =
                Diagnostic.of(Diagnostic.Reason.TIMEOUT, new EnhancedStatus(4, 4, 1), "slow", "mx");

        // When that is reported, and another time the host does not answer at all.
        metrics.on(new RelayEvent.DemandsUnmet(Samples.BANK, "mx.bank.example", unmet));
        metrics.on(new RelayEvent.LaneFailed(Samples.BANK, timeout, Samples.NOON, 12));

        // Then the connector's name is the label of both demands, and the lane failed once.
        assertThat(scraped())
                .contains(
                        "relay_tls_failures_total{connector=\"bank\",demand=\"connector\",reason=\"not-offered\"} 1.0",
                        "relay_tls_failures_total{connector=\"bank\",demand=\"domain\",reason=\"not-offered\"} 1.0",
                        "relay_deferred_total{connector=\"bank\",reason=\"timeout\"} 1.0");
    }

    @Test
    void aNoticeOfOurOwnDoesNotCountAsReceived() {
        // Given a notice that the relay made.
        QueuedMessage notice = receivedBy(Envelope.OWN_NOTICE);

        // When it is queued.
        metrics.on(new RelayEvent.Received(notice, CLEAR));

        // Then no connector has received it.
        assertThat(scraped()).noneMatch(line -> line.startsWith("relay_received_messages_total"));
    }

    @Test
    void connectionsAreThoseStillOpen() {
        // Given two that open and one that closes.
        metrics.on(new Connection(Connection.Direction.INBOUND, Connection.Change.OPENED, "a"));
        metrics.on(new Connection(Connection.Direction.INBOUND, Connection.Change.OPENED, "b"));
        metrics.on(new Connection(Connection.Direction.INBOUND, Connection.Change.CLOSED, "a"));
        metrics.on(new Connection(Connection.Direction.OUTBOUND, Connection.Change.OPENED, "c"));

        // When Prometheus asks, then the difference is there.
        assertThat(scraped())
                .contains(
                        "relay_connections{direction=\"inbound\"} 1.0",
                        "relay_connections{direction=\"outbound\"} 1.0");
    }

    @Test
    void certificatesAndReadinessAreAskedAtEachScrape() {
        // Given a certificate that ends in an hour, and a relay that is not ready.
        metrics.watchCertificates(
                () -> Map.of("relay.crt", Samples.NOON.plus(Duration.ofHours(1))),
                InstantSource.fixed(Samples.NOON));
        metrics.watchReadiness(() -> List.of("the queue's disk is full"));

        // When Prometheus asks, then both are told.
        assertThat(scraped())
                .contains(
                        "relay_certificate_expiry_seconds{certificate=\"relay.crt\"} 3600.0",
                        "relay_ready 0.0");
    }

    @Test
    void howLongALegacyExceptionStillHoldsIsToldWhileItIsInForce() {
        // Given an exception that holds today (UTC) and no longer.
        var inForce = new TreeMap<String, LegacyException>();
        LocalDate today = LocalDate.ofInstant(Samples.NOON, ZoneOffset.UTC);
        inForce.put("connector bank", new LegacyException(TlsVersion.TLS_1_0, today));
        metrics.watchExceptions(() -> inForce, InstantSource.fixed(Samples.NOON));

        // When Prometheus asks, then it has twelve hours left; and when it is out of force, none.
        assertThat(scraped())
                .contains(
                        "relay_legacy_exception_expiry_seconds{entry=\"connector bank\"} 43200.0");
        inForce.clear();
        assertThat(scraped()).noneMatch(line -> line.contains("legacy_exception_expiry_seconds{"));
    }

    @Test
    void theMachineIsMeasuredToo() {
        // Given nothing but the program, when Prometheus asks, then memory, descriptors, CPU and
        // start are known.
        assertThat(metrics.scrape())
                .contains("jvm_memory_used_bytes{")
                .contains("process_files_open_files ")
                .contains("process_cpu_usage ")
                .contains("process_start_time_seconds ");
    }

    private static QueuedMessage receivedBy(String connector) {
        Envelope from = Samples.envelope(1);
        var envelope =
                new Envelope(
                        from.id(),
                        from.sender(),
                        from.needs(),
                        from.sizeBytes(),
                        from.acceptedAt(),
                        connector,
                        from.client());
        var to = List.of(Samples.mailbox("bob", "bank.example"));
        return Samples.message(QueueEntry.fresh(envelope, 0, Samples.BANK, to));
    }

    private static TlsProof proof(Evidence evidence) {
        return new TlsProof("mx.bank.example[192.0.2.7]:25", List.of(), evidence);
    }

    private static Evidence tls() {
        return new Evidence.Encrypted(
                Evidence.TlsVersion.TLS_1_2,
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "",
                new Evidence.ChainVerdict.Trusted(),
                Set.of(),
                List.of());
    }

    private List<String> scraped() {
        return metrics.scrape().lines().filter(line -> line.startsWith("relay_")).toList();
    }
}
