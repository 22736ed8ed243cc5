package relay.core.sasl;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The client's side of OAUTHBEARER (RFC 7628) and XOAUTH2, its forerunner: an access token, and,
/// where the host does not like it, a word that lets the host say no (RFC 7628 §3.2.3).
final class BearerClient implements SaslClient {
    private static final String SEPARATOR = "\u0001";

    /// A word of RFC 6750 §3.1 or an HTTP status: of an error (RFC 7628 §3.2.2) the part that can
    /// hold nothing that must not be shown.
    private static final Pattern STATUS =
            Pattern.compile(
                    "\"status\"\\s*:\\s*\"(invalid_request|invalid_token|insufficient_scope|[45]\\d\\d)\"");

    private final String first;
    private final String afterError;
    private boolean refused;

    private BearerClient(String first, String afterError) {
        this.first = first;
        this.afterError = afterError;
    }

    /// RFC 7628 §3.1. A name with the separators of the header is escaped as in RFC 5801 §4.
    static SaslClient oauthBearer(String username, String token) {
        String name = username.replace("=", "=3D").replace(",", "=2C");
        String first = "n,a=" + name + "," + SEPARATOR + auth(token);
        return new BearerClient(first, SEPARATOR);
    }

    /// As Google and Microsoft describe it; the answer to an error is empty.
    static SaslClient xoauth2(String username, String token) {
        return new BearerClient("user=" + username + SEPARATOR + auth(token), "");
    }

    private static String auth(String token) {
        return "auth=Bearer " + token + SEPARATOR + SEPARATOR;
    }

    @Override
    public Start start() {
        return new Start.WithResponse(first);
    }

    /// Only an error comes as a challenge.
    @Override
    public Move on(String challenge) {
        if (refused) return new Move.GiveUp("the host does not end its refusal");
        refused = true;
        return new Move.Concede(afterError, status(challenge));
    }

    private static String status(String error) {
        Matcher status = STATUS.matcher(error);
        return status.find() ? status.group(1) : "";
    }

    @Override
    public Move derived(ScramKeys keys) {
        return new Move.GiveUp("no keys were asked for");
    }

    @Override
    public boolean isComplete() {
        return !refused;
    }

    /// Hides the token.
    @Override
    public String toString() {
        return "BearerClient";
    }
}
