package relay.config;

import java.util.Comparator;

/// Something in a good configuration that the operator may not have meant. One line, no secret.
public record ConfigurationNote(Place place, String text) implements Comparable<ConfigurationNote> {
    private static final Comparator<ConfigurationNote> ORDER =
            Comparator.comparing(ConfigurationNote::place).thenComparing(ConfigurationNote::text);

    @Override
    public int compareTo(ConfigurationNote other) {
        return ORDER.compare(this, other);
    }

    /// `conf/connectors.yaml:12:5: note: text`.
    @Override
    public String toString() {
        return place + ": note: " + text;
    }
}
