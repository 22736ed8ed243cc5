package relay.server.tracking;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One record that was read. A field that it has not is an empty text or 0.
record TrackedRecord(String line, JsonNode json) {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// Throws [IllegalArgumentException] where the line is no JSON.
    static TrackedRecord parse(String line) {
        try {
            return new TrackedRecord(line, JSON.readTree(line));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    String text(String field) {
        return json.path(field).asString("");
    }

    String event() {
        return text("event");
    }

    String time() {
        return text("time");
    }

    int entry() {
        return json.path("entry").asInt(0);
    }

    List<String> recipients() {
        return texts(json.path("recipients"));
    }

    List<String> recipients(RecipientPattern pattern) {
        return recipients().stream().filter(pattern::matches).toList();
    }

    JsonNode tls() {
        return json.path("tls");
    }

    JsonNode certificate() {
        return tls().path("certificate");
    }

    boolean isEncrypted() {
        String protocol = tls().path("protocol").asString("none");
        return !protocol.equals("none");
    }

    /// `mx.example.org[192.0.2.7]:25`, or what there is of it.
    String host() {
        String host = text("host");
        if (!json.has("address")) return host;
        return host + "[" + text("address") + "]:" + text("port");
    }

    /// Each demand in words: `name mx.bank.example (connector bank)`.
    List<String> demands() {
        return tls().path("demands").values().stream().map(TrackedRecord::demand).toList();
    }

    static String demand(JsonNode demand) {
        var names = String.join(" or ", texts(demand.path("names")));
        return demand.path("demand").asString("")
                + (names.isEmpty() ? "" : " " + names)
                + " ("
                + demand.path("source").asString("")
                + ")";
    }

    static List<String> texts(JsonNode array) {
        return array.values().stream().map(value -> value.asString("")).toList();
    }
}
