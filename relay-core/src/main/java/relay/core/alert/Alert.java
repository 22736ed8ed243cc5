package relay.core.alert;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A trouble that a person is to be told of. Names are those of `conf/prometheus-alerts.yml`; name
/// and labels tell it from every other, `summary` is a sentence for people and may change while it
/// stands.
public record Alert(
        String name, Severity severity, SortedMap<String, String> labels, String summary) {

    public enum Severity {
        /// Somebody is to get up.
        PAGE("page"),
        TICKET("ticket");

        private final String label;

        Severity(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public Alert {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /// With one label.
    static Alert of(String name, Severity severity, String label, String value, String summary) {
        return new Alert(name, severity, new TreeMap<>(Map.of(label, value)), summary);
    }

    static Alert of(String name, Severity severity, String summary) {
        return new Alert(name, severity, new TreeMap<>(), summary);
    }

    /// What two readings of the same trouble have in common.
    String identity() {
        return name + labels;
    }
}
