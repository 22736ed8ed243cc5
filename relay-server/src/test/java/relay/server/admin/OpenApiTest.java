package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import relay.core.tls.StsPolicy.Mode;
import tools.jackson.databind.JsonNode;

/// The OpenAPI document says what the port does.
class OpenApiTest extends AdminFixture {
    private static final Path ROUTES = Path.of("src/main/java/relay/server/admin/AdminRoutes.java");
    private static final Pattern ROUTE =
            Pattern.compile("(get|post|page)\\(\\s*(?:routing, )?\"(/api/v1/[^\"]*)\"");

    @Test
    void everyRouteIsInTheDocumentAndNoOther() throws Exception {
        assertThat(documented()).isEqualTo(routes());
    }

    @Test
    void whatNeedsTheTokenIsWhatTheDocumentSaysItIs() throws Exception {
        // Given every operation of the document, when it is asked for without the token.
        for (String operation : documented()) {
            List<String> parts = List.of(operation.split(" ", 2));
            String path = parts.get(1);
            JsonNode described = document().path("paths").path(path).path(parts.get(0));
            var request =
                    HttpRequest.newBuilder(uri(path.replace("{id}", "nowhere")))
                            .method(parts.get(0).toUpperCase(Locale.ROOT), BodyPublishers.noBody())
                            .build();
            int status = client.send(request, BodyHandlers.discarding()).statusCode();

            // Then it is refused exactly where the document says so, with a status that is in it.
            assertThat(status == 401).as(operation).isEqualTo(described.has("security"));
            assertThat(described.path("responses").has(Integer.toString(status)))
                    .as("%s: %d", operation, status)
                    .isTrue();
        }
    }

    @Test
    void everyFieldOfAnAnswerIsDescribed() throws Exception {
        // Given queues, messages and policies.
        fill();
        sts.add("bank.example", Mode.ENFORCE, "mx.bank.example");

        // When they are asked for, then no field is unknown.
        assertDescribed(json(get("/api/v1/queues")).path("queues"), "Queue");
        assertDescribed(json(get("/api/v1/messages")).path("messages"), "Message");
        assertDescribed(json(get("/api/v1/sts")).path("policies"), "Policy");
    }

    private void assertDescribed(JsonNode answers, String schema) throws Exception {
        assertThat(answers.size()).isPositive();
        JsonNode schemas = document().path("components").path("schemas");
        for (JsonNode answer : answers.values()) {
            assertThat(schemas.path(schema).path("properties").propertyNames())
                    .containsAll(answer.propertyNames());
            assertThat(schemas.path("LastError").path("properties").propertyNames())
                    .containsAll(answer.path("lastError").propertyNames());
        }
    }

    private JsonNode document() throws Exception {
        return json(get("/api/v1/openapi.json"));
    }

    private Set<String> documented() throws Exception {
        var operations = new TreeSet<String>();
        JsonNode paths = document().path("paths");
        for (String path : paths.propertyNames()) {
            for (String method : paths.path(path).propertyNames()) {
                operations.add(method + " " + path);
            }
        }
        return operations;
    }

    private static Set<String> routes() throws IOException {
        var found = new ArrayList<String>();
        var matcher = ROUTE.matcher(Files.readString(ROUTES));
        while (matcher.find()) {
            String method = matcher.group(1).equals("post") ? "post" : "get";
            found.add(method + " " + matcher.group(2));
        }
        assertThat(found).hasSizeGreaterThan(10);
        return new TreeSet<>(new HashSet<>(found));
    }
}
