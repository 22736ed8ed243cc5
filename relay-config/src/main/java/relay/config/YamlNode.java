package relay.config;

import java.util.List;
import java.util.Optional;

/// A file's content as a tree in which every node and every key knows its place.
sealed interface YamlNode {
    Place place();

    /// Keys are unique; the order is the file's.
    record Mapping(Place place, List<Entry> entries) implements YamlNode {
        Optional<Entry> entry(String key) {
            return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
        }
    }

    record Entry(Place keyPlace, String key, YamlNode value) {}

    record Sequence(Place place, List<YamlNode> items) implements YamlNode {}

    /// `text` is as it was written, quotes and escapes undone.
    record Scalar(Place place, String text, Kind kind) implements YamlNode {
        /// The number of an [Kind#INTEGER]; one that no `long` holds is as large as a `long` gets.
        long number() {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException _) {
                return text.startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
            }
        }
    }

    /// Something was there, and its error is reported already.
    record Unusable(Place place) implements YamlNode {}

    /// What the YAML core schema takes a scalar for; a quoted one is always text.
    enum Kind {
        TEXT,
        INTEGER,
        FRACTION,
        TRUTH,
        NOTHING
    }
}
