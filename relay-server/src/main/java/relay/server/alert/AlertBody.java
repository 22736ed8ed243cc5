package relay.server.alert;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import relay.core.alert.AlertBook.Change;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes what is posted: the form of Alertmanager's webhooks, version 4, and a `text` for chat
/// tools; docs/monitoring.md is its reference.
final class AlertBody {
    /// What Alertmanager writes for an end that is not known yet.
    private static final String NO_END = "0001-01-01T00:00:00Z";

    private static final JsonMapper JSON = JsonMapper.shared();

    private AlertBody() {}

    /// `instance` is the relay's host name; `changes` has at least one.
    static String of(String instance, List<Change> changes) {
        ObjectNode body = JSON.createObjectNode();
        body.put("version", "4");
        body.put("receiver", "webhook");
        boolean firing = changes.stream().anyMatch(Change.Began.class::isInstance);
        body.put("status", firing ? "firing" : "resolved");
        body.put("groupKey", "relay:" + instance);
        body.putObject("groupLabels").put("instance", instance);
        body.putObject("commonLabels").put("instance", instance);
        body.putObject("commonAnnotations");
        body.put("externalURL", "");
        body.put("truncatedAlerts", 0);
        var alerts = body.putArray("alerts");
        changes.forEach(change -> alerts.add(alert(instance, change)));
        body.put(
                "text",
                changes.stream()
                        .map(change -> instance + ": " + sentence(change))
                        .collect(Collectors.joining("\n")));
        return body.toString();
    }

    private static ObjectNode alert(String instance, Change change) {
        ObjectNode json = JSON.createObjectNode();
        json.put("status", status(change));
        ObjectNode labels = json.putObject("labels");
        labels.put("alertname", change.alert().name());
        labels.put("severity", change.alert().severity().label());
        labels.put("instance", instance);
        change.alert().labels().forEach(labels::put);
        json.putObject("annotations").put("summary", change.alert().summary());
        json.put("startsAt", change.since().toString());
        json.put("endsAt", end(change));
        json.put("generatorURL", "");
        json.put("fingerprint", "%016x".formatted(fingerprint(labels.toString())));
        return json;
    }

    private static String status(Change change) {
        return switch (change) {
            case Change.Began _ -> "firing";
            case Change.Ended _ -> "resolved";
        };
    }

    private static String sentence(Change change) {
        String said = change.alert().name() + ": " + change.alert().summary();
        return switch (change) {
            case Change.Began _ -> said;
            case Change.Ended _ -> "over: " + said;
        };
    }

    private static String end(Change change) {
        return switch (change) {
            case Change.Began _ -> NO_END;
            case Change.Ended(_, _, Instant at) -> at.toString();
        };
    }

    /// The same for the beginning and the end of an alert: FNV-1a, as Alertmanager has it.
    private static long fingerprint(String labels) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < labels.length(); i++) {
            hash = (hash ^ labels.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
