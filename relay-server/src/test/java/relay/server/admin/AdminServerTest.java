package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.server.testing.RunningAdmin;
import relay.server.testing.Samples;

class AdminServerTest extends AdminFixture {
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
        queue.notReady.add("the queue's disk is full");
        queue.notReady.add("no listener is up");

        // When it is asked.
        var ready = get("/ready");

        // Then it says why not; but restarting it would help nobody.
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body())
                .isEqualTo("not ready\nthe queue's disk is full\nno listener is up\n");
        assertThat(get("/live").statusCode()).isEqualTo(200);
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
                                .header("Authorization", authorization())
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString(json))
                                .build(),
                        BodyHandlers.ofString());
        String rebound =
                raw(
                        "POST /api/v1/queues/retry HTTP/1.1",
                        "Host: evil.example",
                        "Authorization: " + authorization(),
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
        assertThat(form.statusCode()).isEqualTo(401);
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
                                RunningAdmin.sources(
                                        data, queue, sts, InstantSource.fixed(Samples.NOON))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen at")
                .hasMessageContaining("in use");
    }
}
