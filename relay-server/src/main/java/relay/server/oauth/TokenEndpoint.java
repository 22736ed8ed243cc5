package relay.server.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import relay.core.routing.TokenGrant;
import relay.core.routing.TokenGrant.Kind;
import relay.core.smtp.RemoteText;

/// Asks token endpoints over HTTPS (RFC 6749 §3.2). Any thread; blocks for 30 s at the most. A
/// redirection is not followed, since it could lead the secret elsewhere; an answer is read up to
/// 64 KiB.
final class TokenEndpoint implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int MAX_REPLY_BYTES = 64 * 1024;
    private static final int MAX_WHY_CHARS = 300;

    private final HttpClient client;
    private final Duration limit;

    /// `tls` has the roots that the endpoints' certificates are checked against.
    TokenEndpoint(SSLContext tls, Duration limit) {
        this.limit = limit;
        client =
                HttpClient.newBuilder()
                        .sslContext(tls)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT)
                        .build();
    }

    /// `refreshToken` is the one to use, where the grant is of that kind.
    TokenReply ask(TokenGrant grant, String refreshToken) throws InterruptedException {
        var answer =
                client.sendAsync(
                        request(grant, refreshToken),
                        BodyHandlers.limiting(BodyHandlers.ofString(UTF_8), MAX_REPLY_BYTES));
        try {
            HttpResponse<String> reply = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return TokenReply.of(reply.statusCode(), reply.body());
        } catch (TimeoutException _) {
            answer.cancel(true);
            return new TokenReply.Denied("did not answer within " + limit.toSeconds() + " s");
        } catch (ExecutionException e) {
            return new TokenReply.Denied(
                    "could not be asked: " + told(Objects.requireNonNullElse(e.getCause(), e)));
        }
    }

    private static String told(Throwable cause) {
        // The TLS library's own words are behind those of HTTP.
        Throwable shown =
                cause instanceof IOException && cause.getCause() != null ? cause.getCause() : cause;
        String text = shown.getMessage() == null ? shown.toString() : shown.getMessage();
        return RemoteText.printable(text, MAX_WHY_CHARS);
    }

    private HttpRequest request(TokenGrant grant, String refreshToken) {
        var form = new LinkedHashMap<String, String>();
        switch (grant.kind()) {
            case Kind.ClientCredentials() -> form.put("grant_type", "client_credentials");
            case Kind.RefreshToken _ -> {
                form.put("grant_type", "refresh_token");
                form.put("refresh_token", refreshToken);
            }
        }
        if (!grant.scope().isEmpty()) form.put("scope", grant.scope());
        // RFC 6749 §2.3.1 wants the password of a client in the header; one that has none gives
        // its name in the body.
        if (grant.clientSecret().isEmpty()) form.put("client_id", grant.clientId());
        var request =
                HttpRequest.newBuilder(grant.endpoint())
                        .timeout(limit)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Accept", "application/json");
        if (!grant.clientSecret().isEmpty()) request.header("Authorization", basic(grant));
        return request.POST(BodyPublishers.ofString(encoded(form))).build();
    }

    private static String basic(TokenGrant grant) {
        String both = encoded(grant.clientId()) + ":" + encoded(grant.clientSecret());
        return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8));
    }

    private static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
