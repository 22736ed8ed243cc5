package relay.config;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Collects what is wrong or odd while the files are read. Confined to the thread that reads.
final class Problems {
    private final TreeSet<ConfigurationError> errors = new TreeSet<>();
    private final TreeSet<ConfigurationNote> notes = new TreeSet<>();
    private final Set<Place> places = new HashSet<>();

    void error(Place place, String what, String hint) {
        errors.add(new ConfigurationError(place, what, hint));
        places.add(place);
    }

    void note(Place place, String text) {
        notes.add(new ConfigurationNote(place, text));
    }

    boolean hasErrorAt(Place place) {
        return places.contains(place);
    }

    /// In the order of the files, none twice.
    Collection<ConfigurationError> errors() {
        return errors;
    }

    List<ConfigurationNote> notes() {
        return List.copyOf(notes);
    }
}
