package relay.server.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.alert.AlertBook;
import relay.core.alert.AlertOrders;
import relay.core.alert.AlertRules;
import relay.core.alert.Readings;
import relay.core.alert.Webhook;
import relay.core.event.RelayEvent;
import relay.core.queue.LaneStatus;
import relay.server.demo.DemoAuthority;
import relay.server.outbound.TrustRoots;
import relay.server.testing.Samples;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What arrives at a webhook, over real HTTPS on this machine.
@Timeout(60)
class AlertDeskTest {
    private static final AlertRules RULES =
            new AlertRules(Duration.ofHours(1), 1, Duration.ofDays(14));

    @TempDir Path folder;

    private final DemoAuthority authority = new DemoAuthority(Instant.now());
    private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<RelayEvent> events = new LinkedBlockingQueue<>();
    private final List<AlertOrders> orders = new ArrayList<>();
    private HttpsServer server;
    private HttpServer plain;
    private AlertDesk desk;
    private List<LaneStatus> lanes = List.of();
    private Instant now = Samples.NOON;

    private record Got(String authorization, String contentType, JsonNode body) {}

    @BeforeEach
    void open() throws IOException {
        var place = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = HttpsServer.create(place, 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(authority.serverContext("localhost", Instant.now())));
        plain = HttpServer.create(place, 0);
        for (HttpServer each : List.of(server, plain)) {
            each.createContext("/hook", this::take);
            each.start();
        }
        Path roots = Files.writeString(folder.resolve("roots.pem"), authority.rootPem());
        desk = desk(TrustRoots.pem(roots));
    }

    private AlertDesk desk(TrustRoots roots) {
        var post = new AlertPost(roots.tls(), Duration.ofMillis(1), events::add);
        return new AlertDesk("relay.example.net", () -> orders, this::readings, post);
    }

    @AfterEach
    void close() {
        desk.close();
        server.stop(0);
        plain.stop(0);
    }

    @Test
    void anAlertIsPostedWhenItBeginsAndWhenItEnds() throws Exception {
        // Given a webhook that wants a token, and a queue that is too deep.
        order(
                "https://localhost:" + server.getAddress().getPort() + "/hook/s3cret",
                "Bearer t0ken");
        lanes = List.of(lane(3));
        desk.look();

        // Then one post says so.
        Got begun = got();
        assertThat(begun.authorization()).isEqualTo("Bearer t0ken");
        assertThat(begun.contentType()).isEqualTo("application/json");
        assertThat(begun.body().path("status").asString()).isEqualTo("firing");
        assertThat(begun.body().path("text").asString())
                .isEqualTo("relay.example.net: RelayQueueDeep: bank: 3 messages are queued");
        JsonNode alert = begun.body().path("alerts").get(0);
        assertThat(alert.path("labels").toString())
                .isEqualTo(
                        "{\"alertname\":\"RelayQueueDeep\",\"severity\":\"ticket\","
                                + "\"instance\":\"relay.example.net\",\"connector\":\"bank\"}");
        assertThat(alert.path("startsAt").asString()).isEqualTo("2026-11-23T12:00:00Z");
        assertThat(alert.path("endsAt").asString()).isEqualTo("0001-01-01T00:00:00Z");

        // And when it is over, another one does.
        now = now.plusSeconds(90);
        lanes = List.of(lane(1));
        desk.look();
        Got over = got();
        assertThat(over.body().path("status").asString()).isEqualTo("resolved");
        assertThat(over.body().path("text").asString())
                .startsWith("relay.example.net: over: Relay");
        JsonNode end = over.body().path("alerts").get(0);
        assertThat(end.path("endsAt").asString()).isEqualTo("2026-11-23T12:01:30Z");
        assertThat(end.path("fingerprint")).isEqualTo(alert.path("fingerprint"));
        assertThat(events).isEmpty();
    }

    @Test
    void whatIsNotTakenIsPostedAgainInOrderAndTheFaultNamesTheHostAlone() throws Exception {
        // Given a webhook on this machine that fails three times.
        answers.addAll(List.of(500, 302, 404));
        order("http://127.0.0.1:" + plain.getAddress().getPort() + "/hook/s3cret", "");
        lanes = List.of(lane(3));
        desk.look();
        lanes = List.of();
        desk.look();

        // Then the beginning comes again and again, then the end; and one fault was told.
        List<String> statuses = new ArrayList<>();
        for (int i = 0; i < 5; i++) statuses.add(got().body().path("status").asString());
        assertThat(statuses).containsExactly("firing", "firing", "firing", "firing", "resolved");
        assertThat(events)
                .singleElement()
                .isEqualTo(
                        new RelayEvent.Fault(
                                "alert webhook http://127.0.0.1:" + plain.getAddress().getPort(),
                                "answered 500"));
    }

    @Test
    void aWebhookWithAnotherCertificateIsToldNothing() throws Exception {
        // Given a relay that trusts another root.
        Path others = folder.resolve("others.pem");
        Files.writeString(others, new DemoAuthority(Instant.now()).rootPem());
        desk.close();
        desk = desk(TrustRoots.pem(others));
        order("https://localhost:" + server.getAddress().getPort() + "/hook/s3cret", "");

        // When something begins, then nothing is posted, and that is a fault.
        lanes = List.of(lane(3));
        desk.look();
        assertThat(events.poll(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        RelayEvent.Fault.class,
                        fault -> assertThat(fault.toString()).doesNotContain("s3cret"));
        assertThat(got).isEmpty();
    }

    @Test
    void withoutOrdersNothingIsReadAndWhatStoodIsForgotten() throws Exception {
        // Given an alert that was told, when the webhook is taken away and given back.
        order("http://127.0.0.1:" + plain.getAddress().getPort() + "/hook", "");
        lanes = List.of(lane(3));
        desk.look();
        assertThat(got().body().path("status").asString()).isEqualTo("firing");
        var taken = orders.removeFirst();
        desk.look();
        orders.add(taken);

        // Then what stands is told anew.
        desk.look();
        assertThat(got().body().path("status").asString()).isEqualTo("firing");
    }

    @Test
    void everyNameIsInTheShippedRulesAndInTheDocs() throws IOException {
        String rules = Files.readString(Path.of("../conf/prometheus-alerts.yml"));
        String docs = Files.readString(Path.of("../docs/monitoring.md"));
        var names =
                List.of(
                        AlertRules.PARTNER_TLS_FAILS,
                        AlertRules.MAIL_WAITS_LONG,
                        AlertRules.QUEUE_DEEP,
                        AlertRules.MAIL_FAILS_OVER,
                        AlertRules.CERTIFICATE_ENDS,
                        AlertRules.PARTNER_CERTIFICATE_ENDS,
                        AlertRules.PARTNER_POLICY_UNMET,
                        AlertRules.NOT_READY,
                        AlertRules.BACK_PRESSURE,
                        AlertRules.QUEUE_UNREAD);
        for (String name : names) {
            assertThat(rules).contains("- alert: " + name + "\n");
            assertThat(docs).contains("| `" + name + "` |");
        }
        assertThat(docs).contains("| `" + AlertBook.MORE + "` |");
    }

    private void order(String url, String authorization) {
        orders.add(
                new AlertOrders(new Webhook(URI.create(url), authorization), RULES, Duration.ZERO));
    }

    private Got got() throws InterruptedException {
        Got next = got.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("a post, after %s", events).isNotNull();
        return Objects.requireNonNull(next);
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        var headers = exchange.getRequestHeaders();
        String authorization = headers.getFirst("Authorization");
        got.add(
                new Got(
                        authorization == null ? "" : authorization,
                        headers.getFirst("Content-Type"),
                        JsonMapper.shared().readTree(body)));
        Integer answer = answers.poll();
        exchange.sendResponseHeaders(answer == null ? 204 : answer, -1);
        exchange.close();
    }

    private Readings readings() {
        return new Readings(
                now, lanes, Map.of(), Duration.ZERO, Map.of(), List.of(), List.of(), List.of());
    }

    private static LaneStatus lane(long waiting) {
        return new LaneStatus(
                Samples.BANK,
                LaneStatus.Status.RETRY,
                0,
                0,
                waiting,
                0,
                0,
                Samples.NOON,
                Samples.NOON,
                0,
                0,
                List.of());
    }
}
