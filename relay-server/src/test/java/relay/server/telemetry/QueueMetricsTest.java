package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueView.DomainCount;
import relay.core.routing.Lane;
import relay.server.testing.FakeQueue;
import relay.server.testing.Samples;

@Timeout(30)
class QueueMetricsTest {
    private static final Instant NOW = Samples.NOON.plus(Duration.ofHours(3));

    private final AtomicReference<Instant> time = new AtomicReference<>(NOW);
    private final InstantSource clock = time::get;
    private final FakeQueue queue = new FakeQueue();
    private final Metrics metrics = new Metrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void anEmptyQueueShowsEveryConnectorAtZero() {
        // Given configured connectors and nothing queued.
        metrics.configured(List.of(), Samples.policy());
        metrics.watchQueue(queue.control(), queue.view(), clock);

        // When Prometheus asks.
        List<String> lines = scraped("relay_queue_", "relay_domain_");

        // Then every connector, the queue of what nobody takes, and the domains entry are at 0.
        assertThat(lines)
                .contains(
                        "relay_queue_messages{connector=\"bank\",status=\"Active\"} 0.0",
                        "relay_queue_messages{connector=\"bank\",status=\"Ready\"} 0.0",
                        "relay_queue_messages{connector=\"bank\",status=\"Retry\"} 0.0",
                        "relay_queue_messages{connector=\"bank\",status=\"Suspended\"} 0.0",
                        "relay_queue_messages{connector=\"bank\",status=\"Held\"} 0.0",
                        "relay_queue_messages{connector=\"unreachable\",status=\"Retry\"} 0.0",
                        "relay_queue_bytes{connector=\"filter\"} 0.0",
                        "relay_queue_oldest_message_age_seconds{connector=\"bank\"} 0.0",
                        "relay_domain_queue_messages{domain=\"*.clinic.example\"} 0.0",
                        "relay_domain_oldest_message_age_seconds{domain=\"*.clinic.example\"} 0.0",
                        "relay_queue_reading_age_seconds 0.0");
    }

    @Test
    void lanesAreAddedUpByConnectorAndStatus() {
        // Given two lanes of one connector, one of another at rest, one suspended.
        metrics.configured(List.of(), Samples.policy());
        queue.addActive(Samples.FILTER, 3, Samples.NOON);
        queue.add(Samples.CLINIC, 5, Samples.NOON.minusSeconds(60), NOW, Samples.unmetDemand());
        queue.addActive(Samples.BANK, 2, NOW.minusSeconds(5));
        var suspended = new Lane("bank", "other.example", "");
        queue.statuses.add(
                new LaneStatus(
                        suspended,
                        LaneStatus.Status.SUSPENDED,
                        1,
                        2,
                        3,
                        4,
                        10,
                        Instant.EPOCH,
                        Instant.MIN,
                        0,
                        0,
                        List.of()));

        // When Prometheus asks.
        metrics.watchQueue(queue.control(), queue.view(), clock);
        List<String> lines = scraped("relay_queue_");

        // Then messages have their lane's word, and the age is that of the oldest.
        assertThat(lines)
                .contains(
                        "relay_queue_messages{connector=\"filter\",status=\"Active\"} 1.0",
                        "relay_queue_messages{connector=\"filter\",status=\"Ready\"} 2.0",
                        "relay_queue_messages{connector=\"filter\",status=\"Retry\"} 5.0",
                        "relay_queue_bytes{connector=\"filter\"} 8000.0",
                        "relay_queue_oldest_message_age_seconds{connector=\"filter\"} 10860.0",
                        "relay_queue_messages{connector=\"bank\",status=\"Active\"} 2.0",
                        "relay_queue_messages{connector=\"bank\",status=\"Ready\"} 1.0",
                        "relay_queue_messages{connector=\"bank\",status=\"Suspended\"} 5.0",
                        "relay_queue_messages{connector=\"bank\",status=\"Held\"} 4.0",
                        "relay_queue_oldest_message_age_seconds{connector=\"bank\"} 5.0");
    }

    @Test
    void domainsAreTheEntriesAndTheLongestTwenty() {
        // Given 25 domains, and two that the domains entry covers at the very end.
        metrics.configured(List.of(), Samples.policy());
        IntStream.range(0, 25)
                .forEach(number ->
                        queue.domains.add(
                                new DomainCount("d" + number + ".example", 100 - number, NOW)));
        queue.domains.add(new DomainCount("a.clinic.example", 2, NOW.minusSeconds(10)));
        queue.domains.add(new DomainCount("clinic.example", 1, NOW.minusSeconds(90)));

        // When Prometheus asks.
        metrics.watchQueue(queue.control(), queue.view(), clock);
        List<String> lines = scraped("relay_domain_");

        // Then there are 21 labels, and the entry has its domains together.
        assertThat(lines)
                .hasSize(42)
                .contains(
                        "relay_domain_queue_messages{domain=\"*.clinic.example\"} 3.0",
                        "relay_domain_oldest_message_age_seconds{domain=\"*.clinic.example\"} 90.0",
                        "relay_domain_queue_messages{domain=\"d19.example\"} 81.0")
                .noneMatch(line -> line.contains("d20.example"));
    }

    @Test
    void scrapesWithinASecondShareOneReading() {
        // Given a watched queue.
        metrics.watchQueue(queue.control(), queue.view(), clock);

        // When it is scraped three times at once, and again a little more than a second later.
        scraped("relay_queue_");
        scraped("relay_queue_");
        scraped("relay_queue_");
        time.set(NOW.plusMillis(1001));
        scraped("relay_queue_");

        // Then the queue was read twice.
        assertThat(queue.readings).hasValue(2);
    }

    @Test
    void aClockThatIsSetBackDoesNotKeepTheOldNumbers() {
        // Given a queue that was read.
        metrics.watchQueue(queue.control(), queue.view(), clock);
        scraped("relay_queue_");

        // When the clock is set back by a day; then the queue is read again.
        time.set(NOW.minus(Duration.ofDays(1)));
        scraped("relay_queue_");
        assertThat(queue.readings).hasValue(2);
    }

    @Test
    void aQueueThatDoesNotAnswerKeepsItsLastNumbersAndTheirAgeGrows() {
        // Given numbers that were read once, and then a scheduler that hangs.
        var collector = new QueueCollector();
        var reader = new QueueReader(queue.control(), queue.view(), clock, Duration.ofMillis(50));
        collector.watch(reader, clock);
        queue.addActive(Samples.BANK, 2, Samples.NOON);
        collector.collect();
        queue.fallSilent();
        time.set(NOW.plusSeconds(30));

        // When Prometheus asks.
        var snapshots = collector.collect();

        // Then the messages still stand, said to be 30 s old.
        assertThat(snapshots.stream().map(one -> one.getMetadata().getPrometheusName()))
                .contains("relay_queue_messages");
        assertThat(age(snapshots)).isEqualTo(30.0);
        collector.close();
    }

    private static double age(io.prometheus.metrics.model.snapshots.MetricSnapshots snapshots) {
        return snapshots.stream()
                .filter(one ->
                        one.getMetadata().getName().equals("relay_queue_reading_age_seconds"))
                .map(io.prometheus.metrics.model.snapshots.GaugeSnapshot.class::cast)
                .mapToDouble(gauge -> gauge.getDataPoints().getFirst().getValue())
                .findFirst()
                .orElseThrow();
    }

    private List<String> scraped(String... prefixes) {
        return metrics.scrape()
                .lines()
                .filter(line -> List.of(prefixes).stream().anyMatch(line::startsWith))
                .toList();
    }
}
