package relay.config;

import java.nio.file.Path;
import java.util.Comparator;
import relay.core.routing.Origin;

/// A place in a configuration file. `line` and `column` count from 1, the column in characters.
///
/// Places are ordered as a reader meets them: by file, line, column.
public record Place(Path file, int line, int column) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::file)
                    .thenComparingInt(Place::line)
                    .thenComparingInt(Place::column);

    static Place startOf(Path file) {
        return new Place(file, 1, 1);
    }

    /// The place as `relay explain` quotes it: without folder and column.
    Origin origin() {
        return new Origin(fileName(), line);
    }

    /// The place as an error about another place names it: without folder.
    String brief() {
        return fileName() + ":" + line + ":" + column;
    }

    private String fileName() {
        return String.valueOf(file.getFileName());
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    /// `conf/connectors.yaml:12:5`.
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
