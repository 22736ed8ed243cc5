package relay.server.sts;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.core.address.Domain;

/// A value for each of at most `max` domains, those that were needed last. Thread-safe.
final class Recent<V> {
    private final int max;
    private final Map<Domain, V> values = new LinkedHashMap<>(16, 0.75f, true);

    Recent(int max) {
        this.max = max;
    }

    synchronized Optional<V> get(Domain domain) {
        return Optional.ofNullable(values.get(domain));
    }

    /// Returns the domain that had to go for it.
    synchronized Optional<Domain> put(Domain domain, V value) {
        values.put(domain, value);
        if (values.size() <= max) return Optional.empty();
        Domain eldest = values.keySet().iterator().next();
        values.remove(eldest);
        return Optional.of(eldest);
    }

    /// Where there is one; that is no need of it.
    synchronized void replace(Domain domain, V value) {
        values.replace(domain, value);
    }

    /// Whether there was one.
    synchronized boolean remove(Domain domain) {
        return values.remove(domain) != null;
    }

    synchronized List<V> values() {
        return List.copyOf(values.values());
    }
}
