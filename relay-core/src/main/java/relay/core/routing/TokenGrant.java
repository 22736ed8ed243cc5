package relay.core.routing;

import java.net.URI;

/// `OAuth2`: how access tokens are come by (RFC 6749). `endpoint` is an `https` URI; `clientSecret`
/// may be empty with a refresh token, and so may `scope`.
public record TokenGrant(
        URI endpoint, String clientId, String clientSecret, Kind kind, String scope)
        implements SmartHostAuth.Secret {

    public sealed interface Kind {
        /// RFC 6749 §4.4.
        record ClientCredentials() implements Kind {}

        /// RFC 6749 §6. `token` is the one in the configuration; the endpoint may replace it.
        record RefreshToken(String token) implements Kind {
            /// Hides the token.
            @Override
            public String toString() {
                return "RefreshToken";
            }
        }
    }

    /// Hides the secrets.
    @Override
    public String toString() {
        return "a token of " + endpoint.getHost() + " for " + clientId;
    }
}
