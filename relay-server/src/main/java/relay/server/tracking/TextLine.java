package relay.server.tracking;

import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// A record on one line for people: time, event, and `key=value` with the keys that the relay's log
/// has. A value with a space in it is in double quotes.
final class TextLine {
    private static final int MAX_RECIPIENTS = 10;

    private final StringBuilder line = new StringBuilder(256);

    private TextLine() {}

    static String of(TrackedRecord record) {
        var text = new TextLine();
        text.line.append(record.time()).append(' ').append(record.event());
        if (!record.text("id").isEmpty()) {
            String entry = record.entry() == 0 ? "" : "/" + record.entry();
            text.put("queue", record.text("id") + entry);
            text.put("from", "<" + record.text("sender") + ">");
            text.put("to", recipients(record.recipients()));
        }
        text.put("waiting", record.text("waiting"));
        boolean received = record.event().equals("RECEIVE");
        text.put("client", received ? record.text("client") : "");
        text.put("connector", received ? record.text("receiveConnector") : "");
        text.put("relay", record.host());
        text.put("lane", record.text("lane"));
        text.put("by", record.text("by"));
        text.put("cause", record.text("cause"));
        text.tls(record);
        text.put("attempts", record.text("attempts"));
        text.put("next", record.text("next"));
        text.put("held", record.text("held"));
        text.put("duplicate", record.json().has("possiblyDelivered") ? "possible" : "");
        text.put("dsn", record.text("status"));
        text.put("reply", record.text("reply"));
        text.put("reason", record.text("reason"));
        text.put("why", record.text("why"));
        text.put("unmet", String.join("; ", TrackedRecord.texts(record.json().path("unmet"))));
        text.put("notice", String.join(",", TrackedRecord.texts(record.json().path("notices"))));
        text.put("kind", record.text("kind"));
        text.put("about", record.text("about"));
        return text.line.toString();
    }

    private void tls(TrackedRecord record) {
        JsonNode tls = record.tls();
        put("tls", tls.path("protocol").asString(""));
        put("cipher", tls.path("cipher").asString(""));
        put("group", tls.path("group").asString(""));
        put("certificate", record.certificate().path("verdict").asString(""));
        String ocsp = record.certificate().path("ocsp").asString("");
        put("ocsp", ocsp.equals("none") ? "" : ocsp);
        put("sha256", record.certificate().path("sha256").asString(""));
        if (!record.event().equals("SEND")) return;
        put("verified", tls.path("verified").asString(""));
        put("demands", record.demands().isEmpty() ? "none" : String.join("; ", record.demands()));
    }

    private static String recipients(List<String> all) {
        String some =
                all.stream()
                        .limit(MAX_RECIPIENTS)
                        .map(to -> "<" + to + ">")
                        .collect(Collectors.joining(","));
        int more = all.size() - MAX_RECIPIENTS;
        return more > 0 ? some + ",and " + more + " more" : some;
    }

    private void put(String key, String value) {
        if (value.isEmpty()) return;
        line.append(' ').append(key).append('=');
        if (value.indexOf(' ') < 0 && value.indexOf('"') < 0) {
            line.append(value);
        } else {
            line.append('"').append(value.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
        }
    }
}
