package relay.server.oauth;

import java.time.Duration;
import java.util.regex.Pattern;
import relay.core.smtp.RemoteText;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a token endpoint answered.
sealed interface TokenReply {

    /// RFC 6749 §5.1. `refreshToken` is empty where the one that was used stays.
    record Granted(String accessToken, Duration goodFor, String refreshToken)
            implements TokenReply {
        /// Hides the tokens.
        @Override
        public String toString() {
            return "Granted";
        }
    }

    /// RFC 6749 §5.2, or an answer that is none. `why` is printable, but may repeat a secret.
    record Denied(String why) implements TokenReply {}

    /// For as long a token is taken to be good whose reply does not say (RFC 6749 §5.1).
    Duration UNSAID = Duration.ofMinutes(5);

    Duration LONGEST = Duration.ofDays(1);

    int MAX_WHY_CHARS = 300;

    /// RFC 6750 §2.1: what can stand behind `Bearer`.
    Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    int MAX_TOKEN_CHARS = 16 * 1024;

    static TokenReply of(int status, String body) {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(body);
        } catch (JacksonException _) {
            return new Denied("answered " + status + " without JSON");
        }
        return status == 200 ? granted(json) : denied(status, json);
    }

    private static TokenReply granted(JsonNode json) {
        String token = json.path("access_token").asString("");
        String type = json.path("token_type").asString("");
        if (token.length() > MAX_TOKEN_CHARS || !TOKEN.matcher(token).matches()) {
            return new Denied("gave no access token");
        }
        if (!type.equalsIgnoreCase("Bearer")) {
            return new Denied(printable("gave a token of type " + type + ", not Bearer"));
        }
        long seconds = json.path("expires_in").asLong(UNSAID.toSeconds());
        Duration goodFor = Duration.ofSeconds(Math.clamp(seconds, 1, LONGEST.toSeconds()));
        return new Granted(token, goodFor, json.path("refresh_token").asString(""));
    }

    private static TokenReply denied(int status, JsonNode json) {
        String error = json.path("error").asString("");
        String description = json.path("error_description").asString("");
        String why = "answered " + status + " " + error;
        return new Denied(printable(description.isEmpty() ? why : why + ": " + description));
    }

    private static String printable(String text) {
        return RemoteText.printable(text.strip(), MAX_WHY_CHARS);
    }
}
