package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import relay.core.delivery.PartnerCheck;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.LegacyException;
import relay.server.testing.FakeQueue;
import relay.server.testing.ProbeSamples;
import relay.server.testing.Samples;

/// docs/monitoring.md and the program say the same.
class MonitoringDocTest {
    private static final Path DOC = Path.of("..", "docs", "monitoring.md");
    private static final Pattern METRIC_ROW =
            Pattern.compile("^\\| `(relay_[a-z_]+)` \\|([^|]*)\\|");
    private static final Pattern NAME = Pattern.compile("\\brelay_[a-z_]+");
    private static final Pattern TYPE = Pattern.compile("# TYPE (relay_[a-z_]+) .*");

    @Test
    void everyExportedMetricIsDocumentedAndTheReverse() throws IOException {
        // Given every metric that can be exported, each after something happened.
        Set<String> exported = new TreeSet<>();
        scrape().lines()
                .forEach(line -> {
                    var type = TYPE.matcher(line);
                    if (type.matches()) exported.add(type.group(1));
                });

        // When the document's tables are read, then both have the same metrics.
        assertThat(rows().keySet()).isEqualTo(exported);
        assertThat(Arrays.stream(MeterNames.values()).map(MeterNames::exposed))
                .isSubsetOf(exported);
    }

    @Test
    void everyMetricHasTheLabelsThatAreDocumented() throws IOException {
        // Given the documented labels.
        Map<String, Set<String>> documented = rows();

        // When samples are exported, then each has exactly those.
        String exposition = scrape();
        documented.forEach((name, labels) -> {
            String samples = name.equals("relay_delivery_seconds") ? name + "_bucket" : name;
            List<String> lines =
                    exposition.lines().filter(line -> line.matches(samples + "[ {].*")).toList();
            assertThat(lines).as(name).isNotEmpty();
            assertThat(lines)
                    .as(name)
                    .allSatisfy(line -> assertThat(labels(line)).isEqualTo(labels));
        });
    }

    @Test
    void everyMetricThatIsMentionedExists() throws IOException {
        // Given the names in sentences, queries, alert rules and the dashboard.
        Set<String> known = rows().keySet();
        String text =
                Files.readString(DOC)
                        + Files.readString(Path.of("..", "conf", "prometheus-alerts.yml"))
                        + Files.readString(Path.of("..", "docker", "grafana", "relay.json"));

        // When each is looked up, then it is one of the table's, or a part of the histogram.
        Set<String> mentioned =
                NAME.matcher(text)
                        .results()
                        .map(found -> found.group())
                        .collect(Collectors.toSet());
        assertThat(mentioned)
                .contains("relay_tls_failures_total")
                .allSatisfy(name ->
                        assertThat(known).contains(name.replaceFirst("_(bucket|sum|count)$", "")));
    }

    @Test
    void everyStatusAndKeyOfALogLineIsDocumented() throws IOException {
        // Given a line of every kind.
        String text = Files.readString(DOC);
        var pair = Pattern.compile("(?:^| )([a-z]+)=([a-z-]+|\"(?:[^\"\\\\]|\\\\.)*\"|[^ ]+)");

        // When its keys and its status are looked up, then the reference has them.
        HostileEvents.all().stream()
                .map(EventLines::line)
                .forEach(line ->
                        pair.matcher(line)
                                .results()
                                .forEach(found -> {
                                    assertThat(text).contains("`" + found.group(1));
                                    if (found.group(1).equals("status")) {
                                        assertThat(text)
                                                .as(line)
                                                .contains("`" + found.group(2) + "`");
                                    }
                                }));
    }

    /// The metrics of the tables, each with its labels.
    private static Map<String, Set<String>> rows() throws IOException {
        return Files.readAllLines(DOC).stream()
                .map(METRIC_ROW::matcher)
                .filter(row -> row.find())
                .collect(
                        Collectors.toMap(
                                row -> row.group(1),
                                row ->
                                        NAME_OF_LABEL
                                                .matcher(row.group(2))
                                                .results()
                                                .map(label -> label.group(1))
                                                .collect(Collectors.toSet())));
    }

    private static final Pattern NAME_OF_LABEL = Pattern.compile("`([a-z]+)`");
    private static final Pattern LABEL = Pattern.compile("[{,]([a-z]+)=\"");

    private static Set<String> labels(String line) {
        return LABEL.matcher(line)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    private static String scrape() {
        try (var metrics = new Metrics()) {
            var queue = new FakeQueue();
            metrics.configured(List.of(Samples.receiveConnector("internal")), Samples.policy());
            metrics.watchQueue(queue.control(), queue.view(), () -> Samples.NOON);
            metrics.watchReadiness(List::of);
            metrics.watchDnssec(() -> true);
            metrics.watchPressure(() -> 0);
            metrics.watchTracking(() -> 3);
            var look = new PartnerCheck.Dated(ProbeSamples.met(), Samples.NOON);
            metrics.watchProbes(() -> Map.of("bank.example", look), () -> Samples.NOON);
            metrics.watchStsPolicies(_ -> 1);
            metrics.watchCertificates(() -> Map.of("relay.crt", Samples.NOON), () -> Samples.NOON);
            var exception = new LegacyException(TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));
            metrics.watchExceptions(() -> Map.of("connector bank", exception), () -> Samples.NOON);
            HostileEvents.all().forEach(metrics::on);
            return metrics.scrape();
        }
    }
}
