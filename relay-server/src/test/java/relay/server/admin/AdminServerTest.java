package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.server.testing.FakeQueue;
import relay.server.testing.Samples;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class AdminServerTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final FakeQueue queue = new FakeQueue();
    private final List<String> notReady = new CopyOnWriteArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        var sources =
                new AdminSources(
                        queue.control(),
                        queue.view(),
                        Samples::policy,
                        () -> List.copyOf(notReady),
                        () -> "relay_ready 1.0\n",
                        "text/plain; version=0.0.4; charset=utf-8",
                        List.of("relay.example.net"),
                        InstantSource.fixed(Samples.NOON.plus(Duration.ofHours(3))));
        server = AdminServer.start(loopback(), sources);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void metricsComeInPrometheusFormat() throws Exception {
        // Given a running server, when Prometheus scrapes it.
        var answer = get("/metrics");

        // Then it is told the format, without which Prometheus 3 refuses the answer.
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type"))
                .contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body()).isEqualTo("relay_ready 1.0\n");
    }

    @Test
    void readyIsFalseWithItsReasonsWhileMailCannotBeStoredAndLiveStaysTrue() throws Exception {
        // Given a relay that is ready, and then one whose disk is full.
        assertThat(get("/ready").statusCode()).isEqualTo(200);
        notReady.add("the queue's disk is full");
        notReady.add("no listener is up");

        // When it is asked.
        var ready = get("/ready");

        // Then it says why not; but restarting it would help nobody.
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body())
                .isEqualTo("not ready\nthe queue's disk is full\nno listener is up\n");
        assertThat(get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void queuesShowHowManyHowOldAndWhy() throws Exception {
        // Given a bank whose TLS is broken, and a filter that works.
        fill();

        // When the queues are asked for.
        JsonNode queues = json(get("/api/v1/queues")).path("queues");

        // Then everything an administrator asks first is there.
        assertThat(queues.size()).isEqualTo(2);
        JsonNode bank = queues.get(0);
        assertThat(bank.path("id").asString()).isEqualTo("bank/bank.example");
        assertThat(bank.path("status").asString()).isEqualTo("Retry");
        assertThat(bank.path("messages").asLong()).isEqualTo(2);
        assertThat(bank.path("retryAt").asString()).isEqualTo("2026-11-23T16:00:00Z");
        assertThat(bank.path("oldestAgeSeconds").asLong()).isEqualTo(10800);
        assertThat(bank.path("lastError").path("reason").asString()).isEqualTo("tls");
        assertThat(bank.path("lastError").path("unmetDemands").get(0).asString())
                .isEqualTo("encryption (connector bank): not-offered (no STARTTLS in EHLO)");
        assertThat(queues.get(1).has("lastError")).isFalse();
        assertThat(queues.get(1).has("retryAt")).isFalse();
    }

    @Test
    void messagesShowSenderRecipientsAndTrouble() throws Exception {
        // Given two messages for the bank and one for the filter.
        fill();

        // When the bank's are asked for.
        JsonNode answer = json(get("/api/v1/messages?id=bank%2Fbank.example"));

        // Then there are two, with the whole envelope.
        assertThat(answer.path("messages").size()).isEqualTo(2);
        assertThat(answer.path("truncated").asBoolean()).isFalse();
        JsonNode first = answer.path("messages").get(0);
        assertThat(first.path("sender").asString()).isEqualTo("alice@sender.example");
        assertThat(first.path("recipients").get(0).asString()).isEqualTo("bob@bank.example");
        assertThat(first.path("sizeBytes").asLong()).isEqualTo(2048);
        assertThat(first.path("ageSeconds").asLong()).isEqualTo(10800);
        assertThat(first.path("nextAttempt").asString()).isEqualTo("2026-11-23T12:00:00Z");
        String id = first.path("message").asString();
        assertThat(json(get("/api/v1/messages/" + id)).path("messages").size()).isEqualTo(1);
    }

    @Test
    void aLimitedListSaysThatThereIsMore() throws Exception {
        // Given two messages for the bank.
        fill();

        // When one is asked for, and then as many as there are.
        JsonNode one = json(get("/api/v1/messages?connector=bank&limit=1"));
        JsonNode two = json(get("/api/v1/messages?connector=bank&limit=2"));

        // Then the short list says that it is one.
        assertThat(one.path("messages").size()).isEqualTo(1);
        assertThat(one.path("truncated").asBoolean()).isTrue();
        assertThat(two.path("truncated").asBoolean()).isFalse();
        assertThat(get("/api/v1/messages?limit=0").statusCode()).isEqualTo(400);
        assertThat(get("/api/v1/messages?limit=ten").statusCode()).isEqualTo(400);
    }

    @Test
    void aDomainBehindASmartHostIsFoundInItsLane() throws Exception {
        // Given mail for two domains in the filter's lane.
        fill();
        queue.entries.add(
                Samples.entry(9, Samples.FILTER, Samples.mailbox("eve", "other.example")));

        // When one of them is asked for.
        JsonNode answer = json(get("/api/v1/messages?domain=OTHER.example"));

        // Then only its mail is shown.
        assertThat(answer.path("messages").size()).isEqualTo(1);
        assertThat(answer.path("messages").get(0).path("recipients").get(0).asString())
                .isEqualTo("eve@other.example");
        assertThat(get("/api/v1/messages?domain=-no-").statusCode()).isEqualTo(400);
    }

    @Test
    void retryMakesDueWhatIsNamedByLaneConnectorMessageOrDomain() throws Exception {
        // Given the queue and the id of a message in the filter's lane.
        fill();
        String message = queue.entries.getLast().id().message().toString();

        // When each way of naming is used.
        JsonNode byLane = json(post("{\"ids\":[\"bank/bank.example\"]}"));
        post("{\"ids\":[\"filter\"]}");
        post("{\"ids\":[\"" + message + "\"]}");
        post("{\"domain\":\"bank.example\"}");
        post("{\"connector\":\"filter\"}");
        post("{\"all\":true}");

        // Then the lanes were retried, and the answer says which and how many messages.
        assertThat(byLane.path("messages").asLong()).isEqualTo(2);
        assertThat(byLane.path("queues").get(0).asString()).isEqualTo("bank/bank.example");
        List<Lane> each =
                List.of(
                        Samples.BANK,
                        Samples.FILTER,
                        Samples.FILTER,
                        Samples.BANK,
                        Samples.FILTER,
                        Samples.BANK,
                        Samples.FILTER);
        assertThat(queue.retried).isEqualTo(each);
    }

    @Test
    void whatIsNotThereIsNamedAndNothingIsDone() throws Exception {
        // Given the queue.
        fill();

        // When one of three ids is there.
        var answer = post("{\"ids\":[\"bank\",\"7F3A00000000\",\"nobody\"]}");

        // Then the others are listed and the one is left alone.
        assertThat(answer.statusCode()).isEqualTo(404);
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("unknown").size()).isEqualTo(2);
        assertThat(body.path("error").asString())
                .isEqualTo("not in the queue: 7F3A00000000, nobody");
        assertThat(queue.retried).isEmpty();
        assertThat(get("/api/v1/messages/7F3A00000000").statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/queues?connector=nobody").statusCode()).isEqualTo(404);
    }

    @Test
    void aConnectorWithoutMailIsKnown() throws Exception {
        // Given an empty queue, when a configured connector is retried.
        JsonNode answer = json(post("{\"ids\":[\"bank\"]}"));

        // Then that is no mistake, and nothing to do.
        assertThat(answer.path("messages").asLong()).isZero();
        assertThat(queue.retried).isEmpty();
    }

    @Test
    void aChangeThatCannotBeReadIsRefusedWithTheReason() throws Exception {
        // Given bodies that are not a selection, when they are posted, then each is refused.
        for (String body :
                List.of(
                        "",
                        "nonsense",
                        "[]",
                        "{}",
                        "{\"all\":false}",
                        "{\"ids\":[]}",
                        "{\"ids\":[1]}",
                        "{\"ids\":\"bank\"}",
                        "{\"domain\":7}",
                        "{\"other\":1}",
                        "{\"all\":true,\"domain\":\"bank.example\"}")) {
            var answer = post(body);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).path("error").asString()).isNotEmpty();
        }
        assertThat(queue.retried).isEmpty();
    }

    @Test
    void aStrangePageCanNeitherReadNorChangeTheQueue() throws Exception {
        // Given mail in the queue, and what a browser can be made to send.
        fill();
        String json = "{\"all\":true}";

        // When it posts a form, posts as text, or comes by a name that is not ours.
        var form =
                client.send(
                        HttpRequest.newBuilder(uri("/api/v1/queues/retry"))
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString(json))
                                .build(),
                        BodyHandlers.ofString());
        var text =
                client.send(
                        HttpRequest.newBuilder(uri("/api/v1/queues/retry"))
                                .header("X-Relay-Request", "cli")
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString(json))
                                .build(),
                        BodyHandlers.ofString());
        String rebound =
                raw(
                        "POST /api/v1/queues/retry HTTP/1.1",
                        "Host: evil.example",
                        "X-Relay-Request: cli",
                        "Content-Type: application/json",
                        "Connection: close",
                        "Content-Length: " + json.length(),
                        "",
                        json);
        String read =
                raw(
                        "GET /api/v1/queues HTTP/1.1",
                        "Host: evil.example",
                        "Connection: close",
                        "",
                        "");

        // Then nothing was retried and nothing told.
        assertThat(form.statusCode()).isEqualTo(403);
        assertThat(text.statusCode()).isEqualTo(415);
        assertThat(rebound).startsWith("HTTP/1.1 403 ");
        assertThat(read).startsWith("HTTP/1.1 403 ").doesNotContain("bank");
        assertThat(queue.retried).isEmpty();
    }

    @Test
    void ourOwnNamesAreAnswered() throws Exception {
        // Given the ways to call this port, when they are used, then each is answered.
        for (String host :
                List.of(
                        "localhost:8025",
                        "LOCALHOST",
                        "192.0.2.7:8025",
                        "[::1]:8025",
                        "Relay.example.net")) {
            String answer =
                    raw(
                            "GET /api/v1/queues HTTP/1.1",
                            "Host: " + host,
                            "Connection: close",
                            "",
                            "");
            assertThat(answer).as(host).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void whatIsNotThereAndWhatIsNotHttpIsAnsweredAsJson() throws Exception {
        // Given a path that leads nowhere, a method of no use, and a body beyond the limit.
        var nowhere = get("/api/v1/nothing");
        var wrongMethod = get("/api/v1/queues/retry");
        var large = post("x".repeat(100_000));
        String garbage = raw("NONSENSE", "", "");

        // When they are asked, then the answer says so in JSON.
        assertThat(nowhere.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(nowhere.body()).path("error").asString()).isNotEmpty();
        assertThat(wrongMethod.statusCode()).isEqualTo(404);
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(garbage).startsWith("HTTP/1.1 400 ").contains("{\"error\":");
    }

    @Test
    void theConsoleIsServedUnderAStrictPolicy() throws Exception {
        // Given a browser, when it opens the port.
        var page = get("/");

        // Then it gets the page, which may load nothing from elsewhere.
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .contains("default-src 'self'");
        assertThat(page.body()).contains("console.js").doesNotContain("://");
        assertThat(get("/console.js").body()).contains("textContent").doesNotContain("innerHTML");
        assertThat(get("/console.css").statusCode()).isEqualTo(200);
    }

    @Test
    void anAddressInUseIsSaidInOneLine() {
        // Given the port of the running server, when another wants it, then the reason is clear.
        assertThatThrownBy(() ->
                        AdminServer.start(
                                server.address(),
                                new AdminSources(
                                        queue.control(),
                                        queue.view(),
                                        Samples::policy,
                                        List::of,
                                        () -> "",
                                        "text/plain",
                                        List.of(),
                                        InstantSource.fixed(Samples.NOON))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen at")
                .hasMessageContaining("in use");
    }

    private void fill() {
        queue.add(
                Samples.BANK,
                2,
                Samples.NOON,
                Samples.NOON.plus(Duration.ofHours(4)),
                Samples.unmetDemand());
        queue.addActive(Samples.FILTER, 1, Samples.NOON);
        var bob = Samples.mailbox("bob", "bank.example");
        List<QueueEntry> entries =
                List.of(
                        Samples.entry(1, Samples.BANK, bob),
                        Samples.entry(2, Samples.BANK, bob),
                        Samples.entry(3, Samples.FILTER, Samples.mailbox("carol", "else.example")));
        queue.entries.addAll(entries);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String body) throws Exception {
        var request =
                HttpRequest.newBuilder(uri("/api/v1/queues/retry"))
                        .header("X-Relay-Request", "test")
                        .header("Content-Type", "application/json; charset=utf-8")
                        .POST(BodyPublishers.ofString(body))
                        .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    }

    /// What the server says, to the end, to bytes that an HTTP client would not send.
    private String raw(String... lines) throws IOException {
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(String.join("\r\n", lines).getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
