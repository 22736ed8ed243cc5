package relay.server.admin;

import io.helidon.common.media.type.MediaType;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpMediaType;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Which request gets which answer. Runs on the server's virtual threads.
final class AdminRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(AdminRoutes.class);
    private static final HeaderName USER = HeaderNames.create("X-Relay-User");
    private static final HeaderName SECURITY = HeaderNames.create("Content-Security-Policy");
    private static final HeaderName NO_SNIFF = HeaderNames.create("X-Content-Type-Options");

    private static final int MAX_BODY_BYTES = 64 << 10;

    private final AdminSources sources;
    private final QueueApi queue;
    private final StsApi sts;
    private final FilesApi files;
    private final RequestGuard guard;
    private final AuditLog audit;

    AdminRoutes(AdminSources sources, QueueApi queue, AdminToken token) {
        this.sources = sources;
        this.queue = queue;
        sts = new StsApi(sources.sts());
        files = new FilesApi(sources);
        guard = new RequestGuard(sources.ownNames(), token);
        audit = new AuditLog(sources.dataFolder(), sources.clock());
    }

    void addTo(HttpRouting.Builder routing) {
        routing.addFilter(AdminRoutes::closeWhenAsked);
        routing.get("/metrics", (_, response) -> metrics(response))
                .get("/live", (_, response) -> text(response, 200, "alive\n"))
                .get("/ready", (_, response) -> ready(response))
                .get("/api/v1/queues", reading(request -> selected(request, queue::queues)))
                .get("/api/v1/messages", reading(this::messages))
                .get(
                        "/api/v1/messages/{id}",
                        reading(request ->
                                queue.message(request.path().pathParameters().get("id"))))
                .get("/api/v1/messages/{id}/content", this::content)
                .post("/api/v1/backup", changingBody(files::backUp))
                .post("/api/v1/queues/retry", changing(Set.of(), queue::retry))
                .post("/api/v1/queues/resume", changing(Set.of("poison"), queue::resume))
                .post("/api/v1/queues/suspend", changing(Set.of(), queue::suspend))
                .post("/api/v1/messages/replay", this::replay)
                .post("/api/v1/messages/hold", changing(Set.of(), queue::hold))
                .post("/api/v1/messages/remove", changing(Set.of("notice"), queue::remove))
                .post("/api/v1/messages/redirect", changing(Set.of("to"), queue::redirect))
                .get("/api/v1/sts", reading(request -> sts.list(all(request, "domain"))))
                .post("/api/v1/sts/refresh", changingBody(sts::refresh))
                .post("/api/v1/sts/purge", changingBody(sts::purge));
        page(routing, "/api/v1/openapi.json", StaticPage.of("openapi.json", "application/json"));
        page(routing, "/", StaticPage.of("console.html", "text/html; charset=utf-8"));
        page(routing, "/console.css", StaticPage.of("console.css", "text/css; charset=utf-8"));
        page(routing, "/console.js", StaticPage.of("console.js", "text/javascript; charset=utf-8"));
        routing.any((_, response) ->
                        send(response, Answer.error(Answer.NOT_FOUND, "there is nothing here")))
                .error(
                        QueueReads.Busy.class,
                        (_, response, busy) ->
                                send(response, Answer.error(Answer.UNAVAILABLE, said(busy))))
                .error(Exception.class, AdminRoutes::fault);
    }

    /// Helidon up to 4.5.3 answers `Connection: close` and keeps the connection open until it has
    /// been idle for long enough (helidon-io/helidon issue 12324), so that clients which read to
    /// the end wait for it.
    private static void closeWhenAsked(
            FilterChain chain, RoutingRequest request, RoutingResponse response) {
        chain.proceed();
        if (request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
            throw new CloseConnectionException("the client asked for it");
        }
    }

    private void metrics(ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, sources.metricsContentType());
        response.send(sources.metrics().get().getBytes(StandardCharsets.UTF_8));
    }

    private void ready(ServerResponse response) {
        List<String> reasons = sources.readiness().get();
        if (reasons.isEmpty()) text(response, Answer.OK, "ready\n");
        else text(response, Answer.UNAVAILABLE, "not ready\n" + String.join("\n", reasons) + "\n");
    }

    private Handler reading(Function<ServerRequest, Answer> answer) {
        return (request, response) ->
                send(
                        response,
                        guard.refuseReading(request.authority())
                                .orElseGet(() -> answer.apply(request)));
    }

    private Answer messages(ServerRequest request) {
        return switch (MessageQuery.read(name -> all(request, name), sources.clock().instant())) {
            case MessageQuery.Read.Wrong(var why) -> Answer.error(Answer.BAD_REQUEST, why);
            case MessageQuery.Read.Understood(var query) ->
                    selected(request, which -> queue.messages(which, query));
        };
    }

    private static Answer selected(ServerRequest request, Function<Selection, Answer> answer) {
        return selected(
                SelectionReader.query(
                        all(request, "id"), all(request, "connector"), all(request, "domain")),
                answer);
    }

    private static Answer selected(SelectionReader.Read read, Function<Selection, Answer> answer) {
        return switch (read) {
            case SelectionReader.Read.Wrong(var why) -> Answer.error(Answer.BAD_REQUEST, why);
            case SelectionReader.Read.Selected(var selection, _) -> answer.apply(selection);
        };
    }

    /// A change of a part of the queue; `body` may say more than which part.
    private interface Change {
        Answer of(Selection selection, JsonNode body);
    }

    /// `more` are the fields that the body may have beside the selection.
    private Handler changing(Set<String> more, Change change) {
        return changingBody(text ->
                switch (SelectionReader.body(text, more)) {
                    case SelectionReader.Read.Wrong(var why) ->
                            Answer.error(Answer.BAD_REQUEST, why);
                    case SelectionReader.Read.Selected(var which, var body) ->
                            change.of(which, body);
                });
    }

    private Handler changingBody(Function<String, Answer> change) {
        return (request, response) -> change(request, response, change);
    }

    /// A message comes back. What is written down is the file's name, not its content.
    private void replay(ServerRequest request, ServerResponse response) {
        Optional<Answer> refused =
                noted(request, guard.refuseChange(facts(request), "message/rfc822"));
        if (refused.isPresent()) {
            send(response, refused.get());
            return;
        }
        String name = request.query().first("file").orElse("");
        String asked = QueueJson.object().put("file", name).toString();
        InputStream file = request.content().inputStream();
        send(response, recorded(request, asked, _ -> files.replay(file, name)));
    }

    private void change(
            ServerRequest request, ServerResponse response, Function<String, Answer> wanted) {
        Optional<Answer> refused =
                noted(request, guard.refuseChange(facts(request), "application/json"));
        send(response, refused.orElseGet(() -> recorded(request, wanted)));
    }

    private static RequestGuard.Change facts(ServerRequest request) {
        return new RequestGuard.Change(
                peer(request),
                request.authority(),
                first(request, HeaderNames.AUTHORIZATION),
                contentType(request));
    }

    private static Optional<Answer> noted(ServerRequest request, Optional<Answer> refused) {
        refused.ifPresent(answer ->
                LOG.warn(
                        "refused: {} {} from {}: status {}",
                        request.prologue().method(),
                        request.path().path(),
                        peer(request).getHostAddress(),
                        answer.status()));
        return refused;
    }

    /// What somebody wrote to somebody: for whoever has the token, and written down.
    private void content(ServerRequest request, ServerResponse response) throws IOException {
        Optional<Answer> refused = noted(request, guard.refuseSecret(facts(request)));
        if (refused.isPresent()) {
            send(response, refused.get());
            return;
        }
        AuditLog.Asked asked = asked(request, "{}");
        String id = request.path().pathParameters().get("id");
        switch (files.open(id)) {
            case FilesApi.Opened.Refused(var answer) -> {
                audit.write(asked, answer);
                send(response, answer);
            }
            case FilesApi.Opened.Found found -> {
                audit.write(asked, Answer.ok(QueueJson.object().put("message", id)));
                response.header(HeaderNames.CONTENT_TYPE, "message/rfc822");
                response.header(HeaderNames.CACHE_CONTROL, "no-store");
                response.header(NO_SNIFF, "nosniff");
                try (var _ = found.reading();
                        OutputStream out = response.outputStream()) {
                    found.writeTo(out);
                }
            }
        }
    }

    private Answer recorded(ServerRequest request, Function<String, Answer> wanted) {
        return body(request)
                .map(body -> recorded(request, body, wanted))
                .orElseGet(() -> Answer.error(Answer.TOO_LARGE, "the body has more than 64 KiB"));
    }

    /// Makes the change and writes it down, whatever came of it.
    private Answer recorded(ServerRequest request, String body, Function<String, Answer> wanted) {
        AuditLog.Asked asked = asked(request, body);
        try {
            Answer answer = wanted.apply(body);
            audit.write(asked, answer);
            return answer;
        } catch (QueueReads.Busy busy) {
            audit.write(asked, Answer.error(Answer.UNAVAILABLE, said(busy)));
            throw busy;
        } catch (RuntimeException fault) {
            audit.write(asked, Answer.error(Answer.INTERNAL_ERROR, fault.toString()));
            throw fault;
        }
    }

    private static AuditLog.Asked asked(ServerRequest request, String body) {
        return new AuditLog.Asked(
                request.path().path(), peer(request).getHostAddress(), first(request, USER), body);
    }

    private static String first(ServerRequest request, HeaderName name) {
        return request.headers().first(name).orElse("");
    }

    /// Empty where it is too long.
    private static Optional<String> body(ServerRequest request) {
        if (!request.content().hasEntity()) return Optional.of("");
        try {
            byte[] body = request.content().inputStream().readNBytes(MAX_BODY_BYTES + 1);
            return body.length > MAX_BODY_BYTES
                    ? Optional.empty()
                    : Optional.of(new String(body, StandardCharsets.UTF_8));
        } catch (IOException brokenOff) {
            throw new UncheckedIOException(brokenOff);
        }
    }

    private static String contentType(ServerRequest request) {
        return request.headers()
                .contentType()
                .map(HttpMediaType::mediaType)
                .map(MediaType::text)
                .orElse("");
    }

    private static InetAddress peer(ServerRequest request) {
        return request.remotePeer().address() instanceof InetSocketAddress socket
                ? socket.getAddress()
                : InetAddress.ofLiteral("0.0.0.0");
    }

    private static List<String> all(ServerRequest request, String name) {
        return request.query().all(name, List::of);
    }

    private void page(HttpRouting.Builder routing, String path, StaticPage page) {
        routing.get(
                path,
                (request, response) -> {
                    Optional<Answer> refused = guard.refuseReading(request.authority());
                    if (refused.isPresent()) {
                        send(response, refused.get());
                        return;
                    }
                    response.header(HeaderNames.CONTENT_TYPE, page.contentType());
                    response.header(
                            SECURITY,
                            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
                    response.header(NO_SNIFF, "nosniff");
                    response.send(page.content().getBytes(StandardCharsets.UTF_8));
                });
    }

    private static void fault(ServerRequest request, ServerResponse response, Exception fault) {
        LOG.error("{} {} failed", request.prologue().method(), request.path().path(), fault);
        send(response, Answer.error(Answer.INTERNAL_ERROR, "the relay failed; its log has more"));
    }

    private static String said(Exception exception) {
        String message = exception.getMessage();
        return message == null ? exception.toString() : message;
    }

    private static void text(ServerResponse response, int status, String text) {
        response.status(status);
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(ServerResponse response, Answer answer) {
        response.status(answer.status());
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.header(NO_SNIFF, "nosniff");
        if (answer.status() == Answer.UNAUTHORIZED) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"relay\"");
        }
        response.send(answer.text().getBytes(StandardCharsets.UTF_8));
    }
}
