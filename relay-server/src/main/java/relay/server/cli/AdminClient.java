package relay.server.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks the running relay on its admin port; docs/admin-api.md says how. Blocks: 2 s for the
/// connection, 30 s for what is shown, 6 minutes for a change.
final class AdminClient implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final InetSocketAddress place;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    /// What came of a request.
    sealed interface Reply {
        record Done(JsonNode body) implements Reply {}

        /// The relay did not understand what was asked for.
        record Misunderstood(String why) implements Reply {}

        /// The relay said no, or nobody answers; one line says which.
        record Failed(String why) implements Reply {}
    }

    AdminClient(InetSocketAddress listen) {
        place =
                listen.getAddress() != null && listen.getAddress().isAnyLocalAddress()
                        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), listen.getPort())
                        : listen;
    }

    Reply get(String pathAndQuery) {
        return send(HttpRequest.newBuilder(uri(pathAndQuery)).GET(), Duration.ofSeconds(30));
    }

    Reply post(String path, JsonNode body) {
        return send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .header("X-Relay-Request", "cli")
                        .POST(BodyPublishers.ofString(body.toString())),
                Duration.ofMinutes(6));
    }

    private Reply send(HttpRequest.Builder request, Duration patience) {
        try {
            HttpResponse<String> response =
                    client.send(request.timeout(patience).build(), BodyHandlers.ofString());
            JsonNode body = JSON.readTree(response.body());
            String error = body.path("error").asString("status " + response.statusCode());
            return switch (response.statusCode()) {
                case 200 -> new Reply.Done(body);
                case 400 -> new Reply.Misunderstood(error);
                default -> new Reply.Failed(error);
            };
        } catch (IOException failed) {
            return new Reply.Failed(
                    "no relay answers at "
                            + shown()
                            + " (admin.listen of relay.yaml); is it running?");
        } catch (JacksonException _) {
            return new Reply.Failed("what answers at " + shown() + " is not a relay");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Reply.Failed("interrupted");
        }
    }

    private URI uri(String pathAndQuery) {
        return URI.create("http://" + shown() + pathAndQuery);
    }

    private String shown() {
        InetAddress address = place.getAddress();
        if (address == null) return place.getHostString() + ":" + place.getPort();
        String host = address.getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + place.getPort();
    }

    @Override
    public void close() {
        client.close();
    }
}
