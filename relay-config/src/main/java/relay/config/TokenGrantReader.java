package relay.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.config.SecretReader.Wanted;
import relay.core.routing.TokenGrant;
import relay.core.routing.TokenGrant.Kind;

/// Reads the keys of `smartHostAuth` with `mechanism: OAuth2`. Where something is wrong, what it
/// returns is good for further checks only.
record TokenGrantReader(SecretReader secrets, Problems problems) {
    static final List<String> KEYS =
            List.of(
                    "tokenEndpoint",
                    "clientId",
                    "clientSecretFile",
                    "clientSecret",
                    "grant",
                    "refreshTokenFile",
                    "refreshToken",
                    "scope");

    private static final Wanted CLIENT_SECRET =
            new Wanted("clientSecret", "client secret", "${FILTER_CLIENT}");
    private static final Wanted REFRESH_TOKEN =
            new Wanted("refreshToken", "refresh token", "${FILTER_TOKEN}");
    private static final String ENDPOINT_EXAMPLE = "https://login.example/oauth2/token";
    private static final URI NO_ENDPOINT = URI.create(ENDPOINT_EXAMPLE);

    private enum Grant {
        CLIENT_CREDENTIALS,
        REFRESH_TOKEN
    }

    private static final Map<String, Grant> GRANTS =
            Map.of(
                    "client_credentials", Grant.CLIENT_CREDENTIALS,
                    "refresh_token", Grant.REFRESH_TOKEN);

    TokenGrant read(Section section) {
        require(section, "tokenEndpoint", ENDPOINT_EXAMPLE);
        require(section, "clientId", "relay");
        require(section, "grant", "client_credentials, or refresh_token");
        URI endpoint =
                section.parse("tokenEndpoint", TokenGrantReader::endpoint)
                        .map(Located::value)
                        .orElse(NO_ENDPOINT);
        String clientId = section.text("clientId").map(Located::value).orElse("");
        String scope = section.text("scope").map(Located::value).orElse("");
        Optional<Grant> grant = section.word("grant", GRANTS).map(Located::value);
        return switch (grant.orElse(Grant.CLIENT_CREDENTIALS)) {
            case CLIENT_CREDENTIALS -> {
                refuseRefreshToken(section, grant);
                String secret = secrets.read(section, CLIENT_SECRET).orElse("");
                yield new TokenGrant(
                        endpoint, clientId, secret, new Kind.ClientCredentials(), scope);
            }
            case REFRESH_TOKEN -> {
                String secret =
                        secrets.has(section, CLIENT_SECRET)
                                ? secrets.read(section, CLIENT_SECRET).orElse("")
                                : "";
                String token = secrets.read(section, REFRESH_TOKEN).orElse("");
                yield new TokenGrant(
                        endpoint, clientId, secret, new Kind.RefreshToken(token), scope);
            }
        };
    }

    private void require(Section section, String key, String example) {
        if (section.has(key)) return;
        problems.error(
                section.place(), "`" + key + "` is missing", "write " + key + ": " + example);
    }

    private void refuseRefreshToken(Section section, Optional<Grant> grant) {
        if (grant.isEmpty()) return;
        for (String key : List.of("refreshTokenFile", "refreshToken")) {
            section.keyPlace(key)
                    .ifPresent(place ->
                            problems.error(
                                    place,
                                    "`" + key + "` is for grant: refresh_token",
                                    "remove it, or change the grant"));
        }
    }

    private static Parsed<URI> endpoint(String text) {
        Optional<URI> usable =
                parsed(text)
                        .filter(uri ->
                                "https".equalsIgnoreCase(uri.getScheme())
                                        && uri.getHost() != null
                                        && uri.getRawUserInfo() == null
                                        && uri.getRawFragment() == null);
        return Parsed.of(
                usable, "the token endpoint is not an https address", "write " + ENDPOINT_EXAMPLE);
    }

    private static Optional<URI> parsed(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }
}
