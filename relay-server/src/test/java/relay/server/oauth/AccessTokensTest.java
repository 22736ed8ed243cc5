package relay.server.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.delivery.TokenSource.Answer;
import relay.core.delivery.TokenSource.Renewal;
import relay.core.routing.TokenGrant;
import relay.core.routing.TokenGrant.Kind;
import relay.server.demo.DemoAuthority;
import relay.server.outbound.TrustRoots;

/// Against a token endpoint over real HTTPS on this machine.
class AccessTokensTest {
    @TempDir Path folder;
    private final DemoAuthority authority = new DemoAuthority(Instant.now());
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Deque<Said> script = new ArrayDeque<>();
    private Instant now = Instant.parse("2026-11-23T12:00:00Z");
    private HttpsServer server;
    private AccessTokens tokens;

    private record Said(int status, String body) {}

    @BeforeEach
    void open() throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(authority.serverContext("localhost", Instant.now())));
        server.createContext("/token", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        Path roots = folder.resolve("roots.pem");
        Files.writeString(roots, authority.rootPem());
        tokens = tokens(TrustRoots.pem(roots));
    }

    private AccessTokens tokens(TrustRoots roots) {
        return new AccessTokens(roots.tls(), folder.resolve("oauth"), () -> now);
    }

    @AfterEach
    void close() {
        tokens.close();
        server.stop(0);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String who = exchange.getRequestHeaders().getFirst("Authorization");
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        asked.add((who == null ? "" : who + " ") + body);
        Said next = script.isEmpty() ? new Said(500, "") : script.removeFirst();
        byte[] bytes = next.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(next.status(), bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private URI endpoint(String host) {
        return URI.create("https://" + host + ":" + server.getAddress().getPort() + "/token");
    }

    private TokenGrant client(String secret) {
        return new TokenGrant(
                endpoint("localhost"), "relay", secret, new Kind.ClientCredentials(), "mail send");
    }

    private TokenGrant refresh(String token) {
        return new TokenGrant(endpoint("localhost"), "relay", "", new Kind.RefreshToken(token), "");
    }

    private void gives(String token, long seconds) {
        says(
                200,
                """
                {"access_token":"%s","token_type":"bearer","expires_in":%d}
                """
                        .formatted(token, seconds));
    }

    private synchronized void says(int status, String body) {
        script.add(new Said(status, body));
    }

    private static String text(Answer answer) {
        return switch (answer) {
            case Answer.Token(var text) -> text;
            case Answer.None(var why) -> "none: " + why;
        };
    }

    @Test
    void aTokenIsAskedForAsTheClientAndKeptUntilShortlyBeforeItsEnd() {
        // Given an endpoint that gives tokens of an hour.
        gives("first", 3600);
        gives("second", 3600);
        TokenGrant grant = client("a b:c");

        // When tokens are needed now, shortly before the hour is over, and a minute before.
        assertThat(text(tokens.token(grant))).isEqualTo("first");
        now = now.plus(Duration.ofMinutes(58));
        assertThat(text(tokens.token(grant))).isEqualTo("first");
        now = now.plus(Duration.ofMinutes(1));
        assertThat(text(tokens.token(grant))).isEqualTo("second");

        // Then the endpoint was asked twice, by the rules of RFC 6749 §2.3.1 and §4.4.2.
        assertThat(asked)
                .hasSize(2)
                .allMatch(
                        "Basic cmVsYXk6YStiJTNBYw== grant_type=client_credentials&scope=mail+send"
                                ::equals);
    }

    @Test
    void thoseWhoWantTheSameTokenAskOnce() {
        gives("one", 3600);
        TokenGrant grant = client("s3cret");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<String>> all =
                    Stream.generate(() ->
                                    CompletableFuture.supplyAsync(
                                            () -> text(tokens.token(grant)), threads))
                            .limit(20)
                            .toList();
            assertThat(all).allSatisfy(each -> assertThat(each.join()).isEqualTo("one"));
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void aRefusedTokenIsForgottenAndOnlyAnOldOneIsWorthASecondTry() {
        gives("first", 3600);
        gives("second", 3600);
        TokenGrant grant = client("s3cret");

        // Given one token that was new when it was refused.
        assertThat(text(tokens.token(grant))).isEqualTo("first");
        assertThat(tokens.refused(grant)).isEqualTo(Renewal.POINTLESS);

        // And another that came from memory.
        assertThat(text(tokens.token(grant))).isEqualTo("second");
        assertThat(text(tokens.token(grant))).isEqualTo("second");
        assertThat(tokens.refused(grant)).isEqualTo(Renewal.WORTH_A_TRY);
        assertThat(tokens.refused(grant)).isEqualTo(Renewal.POINTLESS);
    }

    @Test
    void aRefreshTokenThatTheEndpointReplacesIsKeptAndSurvivesARestart() throws IOException {
        // Given an endpoint that replaces the refresh token with the first answer.
        says(
                200,
                """
                {"access_token":"one","token_type":"Bearer","expires_in":60,"refresh_token":"r2"}
                """);
        gives("two", 60);
        gives("three", 60);
        assertThat(text(tokens.token(refresh("r1")))).isEqualTo("one");

        // When the relay is started anew, and when the operator writes another one.
        tokens.close();
        tokens = tokens(TrustRoots.pem(folder.resolve("roots.pem")));
        assertThat(text(tokens.token(refresh("r1")))).isEqualTo("two");
        assertThat(text(tokens.token(refresh("r9")))).isEqualTo("three");

        // Then the replacement is used, but not instead of the operator's.
        assertThat(asked)
                .containsExactly(
                        "grant_type=refresh_token&refresh_token=r1&client_id=relay",
                        "grant_type=refresh_token&refresh_token=r2&client_id=relay",
                        "grant_type=refresh_token&refresh_token=r9&client_id=relay");
        try (Stream<Path> files = Files.list(folder.resolve("oauth"))) {
            assertThat(files)
                    .singleElement()
                    .satisfies(file -> {
                        String mode =
                                PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                        assertThat(mode).isEqualTo("rw-------");
                    });
        }
    }

    @Test
    void aFailureSaysWhatTheEndpointSaidButNoSecretAndStandsForAWhile() {
        says(
                401,
                """
                {"error":"invalid_client","error_description":"bad secret s3cret\\r\\nfor relay"}
                """);
        gives("late", 3600);
        TokenGrant grant = client("s3cret");

        String failure =
                "none: localhost answered 401 invalid_client: bad secret (secret)\\x0d\\x0afor"
                        + " relay";
        assertThat(text(tokens.token(grant))).isEqualTo(failure);
        assertThat(text(tokens.token(grant))).isEqualTo(failure);
        assertThat(asked).hasSize(1);
        now = now.plusSeconds(10);
        assertThat(text(tokens.token(grant))).isEqualTo("late");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    200 | hello                                           | answered 200 without JSON
                    200 | {}                                              | gave no access token
                    200 | {"access_token":"a b","token_type":"Bearer"}    | gave no access token
                    200 | {"access_token":"a\\u0001b","token_type":"Bearer"} | gave no access token
                    200 | {"access_token":"ab","token_type":"mac"}        | of type mac, not Bearer
                    200 | {"access_token":7,"token_type":["Bearer"]}      | not Bearer
                    302 | {}                                              | answered 302
                    503 | busy                                            | answered 503 without JSON
                    """)
    void anAnswerThatIsNoTokenIsNone(int status, String body, String why) {
        says(status, body);
        assertThat(text(tokens.token(client("s3cret")))).startsWith("none: ").contains(why);
    }

    @Test
    void aReplyWithoutEndIsNotRead() {
        says(200, "{\"access_token\":\"a\",\"x\":\"" + "y".repeat(100_000) + "\"}");
        assertThat(text(tokens.token(client("s3cret")))).contains("could not be asked");
    }

    @Test
    void anEndpointThatCannotShowItsNameOrOurRootHearsNothing() {
        // Given an endpoint whose certificate is for another name, and roots that are not its.
        gives("stolen", 3600);
        var otherName =
                new TokenGrant(
                        endpoint("127.0.0.1"), "relay", "s3cret", new Kind.ClientCredentials(), "");
        assertThat(text(tokens.token(otherName))).contains("could not be asked");
        try (var strangers = tokens(TrustRoots.system())) {
            assertThat(text(strangers.token(client("s3cret")))).contains("could not be asked");
        }
        assertThat(asked).isEmpty();
    }
}
