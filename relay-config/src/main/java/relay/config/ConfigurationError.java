package relay.config;

import java.util.Comparator;

/// What is wrong in the configuration, where, and what to write instead. Neither text has a line
/// end, and neither ever has a password. `hint` may be empty.
///
/// Errors are ordered by file, line, column, then by their text.
public record ConfigurationError(Place place, String what, String hint)
        implements Comparable<ConfigurationError> {
    private static final Comparator<ConfigurationError> ORDER =
            Comparator.comparing(ConfigurationError::place)
                    .thenComparing(ConfigurationError::what)
                    .thenComparing(ConfigurationError::hint);

    @Override
    public int compareTo(ConfigurationError other) {
        return ORDER.compare(this, other);
    }

    /// `conf/connectors.yaml:12:5: what is wrong (hint)`.
    @Override
    public String toString() {
        return place + ": " + what + (hint.isEmpty() ? "" : " (" + hint + ")");
    }
}
