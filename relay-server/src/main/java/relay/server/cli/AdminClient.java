package relay.server.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import relay.server.cli.Actions.AdminPlace;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// Asks the running relay on its admin port; docs/admin-api.md says how. Blocks: 2 s for the
/// connection, 30 s for what is shown, 6 minutes for a change. A change shows the token of the
/// relay's data folder, which the relay's own user alone can read.
final class AdminClient implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private static final Duration UPLOAD_PATIENCE = Duration.ofMinutes(6);
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;

    private final InetSocketAddress place;
    private final Path tokenFile;
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

    AdminClient(AdminPlace.At admin) {
        InetSocketAddress listen = admin.listen();
        tokenFile = admin.tokenFile();
        place =
                listen.getAddress() != null && listen.getAddress().isAnyLocalAddress()
                        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), listen.getPort())
                        : listen;
    }

    Reply get(String pathAndQuery) {
        return send(
                HttpRequest.newBuilder(uri(pathAndQuery)).GET(),
                Duration.ofSeconds(30),
                "the relay wants a token");
    }

    /// Changes something. Without the token it is tried all the same: the relay's answer tells
    /// whether there is a relay at all.
    Reply post(String path, JsonNode body) {
        return post(path, body, Duration.ofMinutes(6));
    }

    /// As above, for what may take longer.
    Reply post(String path, JsonNode body, Duration patience) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()));
        return send(request, patience, authorize(request));
    }

    /// Hands over a file that holds a message.
    Reply upload(String path, Path file) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).expectContinue(true);
        request.header("Content-Type", "message/rfc822");
        try {
            request.POST(BodyPublishers.ofFile(file));
        } catch (FileNotFoundException unreadable) {
            return new Reply.Failed("it cannot be read by this user");
        }
        return send(request, UPLOAD_PATIENCE, authorize(request));
    }

    /// Where what the relay gives out goes.
    interface Sink {
        OutputStream open() throws IOException;
    }

    /// Writes what is given out to `sink`, which is opened when there is something. Not to its end
    /// where this fails.
    Reply download(String path, Sink sink) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).GET();
        String unauthorized = authorize(request);
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException _) {
            return nobody();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Reply.Failed("interrupted");
        }
        try (InputStream body = response.body()) {
            if (response.statusCode() != OK) {
                String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                return reply(response.statusCode(), text, unauthorized);
            }
            try (OutputStream out = sink.open()) {
                body.transferTo(out);
            }
            return new Reply.Done(JsonNodeFactory.instance.objectNode());
        } catch (IOException broken) {
            return new Reply.Failed(String.valueOf(broken.getMessage()));
        }
    }

    /// Shows the token and who we are; the result is what to say where that does not do.
    private String authorize(HttpRequest.Builder request) {
        request.header("X-Relay-User", user());
        try {
            String token = Files.readString(tokenFile, StandardCharsets.US_ASCII).strip();
            request.header("Authorization", "Bearer " + token);
            return hint("");
        } catch (NoSuchFileException _) {
            return hint("there is no such file");
        } catch (AccessDeniedException _) {
            return hint("it cannot be read by this user");
        } catch (IOException | IllegalArgumentException unreadable) {
            return hint("it cannot be read: " + unreadable.getMessage());
        }
    }

    private String hint(String whyNot) {
        if (whyNot.isEmpty()) {
            return "the relay at "
                    + shown()
                    + " does not take the token of "
                    + tokenFile
                    + " (does it run with another --conf? a new token is in force after a restart)";
        }
        return "the relay wants the token of "
                + tokenFile
                + ", and "
                + whyNot
                + " (run this as the user whom the relay runs as)";
    }

    /// Who gives the order, for the relay's audit log.
    private static String user() {
        String user = System.getProperty("user.name", "");
        String behind = System.getenv("SUDO_USER");
        String both = behind == null ? user : behind + " as " + user;
        return both.replaceAll("[^\\x20-\\x7E]", "?");
    }

    /// `unauthorized` is what a 401 means.
    private Reply send(HttpRequest.Builder request, Duration patience, String unauthorized) {
        try {
            HttpResponse<String> response =
                    client.send(request.timeout(patience).build(), BodyHandlers.ofString());
            return reply(response.statusCode(), response.body(), unauthorized);
        } catch (IOException failed) {
            return nobody();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Reply.Failed("interrupted");
        }
    }

    private Reply reply(int status, String text, String unauthorized) {
        try {
            JsonNode body = JSON.readTree(text);
            String error = body.path("error").asString("status " + status);
            return switch (status) {
                case OK -> new Reply.Done(body);
                case BAD_REQUEST -> new Reply.Misunderstood(error);
                case UNAUTHORIZED -> new Reply.Failed(unauthorized);
                default -> new Reply.Failed(error);
            };
        } catch (JacksonException _) {
            return new Reply.Failed("what answers at " + shown() + " is not a relay");
        }
    }

    private Reply nobody() {
        return new Reply.Failed(
                "no relay answers at " + shown() + " (admin.listen of relay.yaml); is it running?");
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
