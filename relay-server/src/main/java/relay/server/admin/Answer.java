package relay.server.admin;

import java.util.List;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a request is answered with: an HTTP status and a JSON body.
record Answer(int status, JsonNode body) {
    static final int OK = 200;
    static final int BAD_REQUEST = 400;
    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int CONFLICT = 409;
    static final int TOO_LARGE = 413;
    static final int UNSUPPORTED_MEDIA_TYPE = 415;
    static final int INTERNAL_ERROR = 500;
    static final int UNAVAILABLE = 503;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /// The body as it is sent, one line of ASCII: addresses and errors are strangers' words, and who
    /// reads them may sit at a terminal.
    String text() {
        return JSON.writeValueAsString(body) + "\n";
    }

    static Answer ok(JsonNode body) {
        return new Answer(OK, body);
    }

    /// `{"error": "…"}`.
    static Answer error(int status, String what) {
        return new Answer(status, JsonNodeFactory.instance.objectNode().put("error", what));
    }

    /// Ids that name nothing: `{"error": "…", "unknown": ["…"]}`.
    static Answer unknown(List<String> ids) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("error", "not in the queue: " + String.join(", ", ids));
        var unknown = body.putArray("unknown");
        ids.forEach(unknown::add);
        return new Answer(NOT_FOUND, body);
    }
}
