package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.QueueEntry;
import relay.server.testing.FakeQueue;
import relay.server.testing.FakeSts;
import relay.server.testing.RunningAdmin;
import relay.server.testing.Samples;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server at a free port of this machine, over a queue that is plain data.
@Timeout(60)
abstract class AdminFixture {
    static final JsonMapper JSON = JsonMapper.shared();

    @TempDir Path data;

    final FakeQueue queue = new FakeQueue();
    final FakeSts sts = new FakeSts();
    // As the command does; no upgrade to HTTP/2 is asked for.
    final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    AdminServer server;

    @BeforeEach
    void start() throws IOException {
        InstantSource clock = InstantSource.fixed(Samples.NOON.plus(Duration.ofHours(3)));
        var sources = RunningAdmin.sources(data, queue, sts, clock);
        server = AdminServer.start(RunningAdmin.anyPort(), sources);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    /// Two messages for the bank, which waits, and one for the filter.
    final void fill() {
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

    final HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    final HttpResponse<String> post(String body) throws Exception {
        return post("/api/v1/queues/retry", body);
    }

    final HttpResponse<String> post(String path, String body) throws Exception {
        var request =
                HttpRequest.newBuilder(uri(path))
                        .header("Authorization", authorization())
                        .header("X-Relay-User", "alice")
                        .header("Content-Type", "application/json; charset=utf-8")
                        .POST(BodyPublishers.ofString(body))
                        .build();
        return client.send(request, BodyHandlers.ofString());
    }

    final String authorization() throws IOException {
        return "Bearer " + Files.readString(data.resolve(AdminToken.FILE)).strip();
    }

    static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    final URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    }

    /// What the server says, to the end, to bytes that an HTTP client would not send.
    final String raw(String... lines) throws IOException {
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(String.join("\r\n", lines).getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
