package relay.config;

import java.util.List;

/// What reading the configuration came to: all of it, or every error in it.
public sealed interface ConfigurationResult {

    record Accepted(Configuration configuration) implements ConfigurationResult {}

    /// At least one error, in the order of the files.
    record Refused(List<ConfigurationError> errors) implements ConfigurationResult {
        public Refused {
            if (errors.isEmpty()) throw new IllegalArgumentException("refused without a reason");
            errors = List.copyOf(errors);
        }
    }
}
