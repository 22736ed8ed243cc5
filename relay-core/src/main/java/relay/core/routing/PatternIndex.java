package relay.core.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import relay.core.address.Domain;

/// Values by the pattern they stand for, found by domain: that of the domain itself comes before
/// that of a subtree, the smaller subtree first, and `*` last.
///
/// A look-up costs one hash probe per label of the domain, however many patterns there are.
/// Immutable.
final class PatternIndex<V> {
    private final Map<String, V> exact = new HashMap<>();
    private final Map<String, V> subtrees = new HashMap<>();
    private @Nullable V any;

    PatternIndex(Map<DomainPattern, V> values) {
        values.forEach((pattern, value) -> {
            switch (pattern) {
                case DomainPattern.Exact(var domain) -> exact.put(domain.name(), value);
                case DomainPattern.Subtree(var root) -> subtrees.put(root.name(), value);
                case DomainPattern.Any() -> any = value;
            }
        });
    }

    /// Those of every pattern that matches `domain`, the most specific first.
    List<V> all(Domain domain) {
        List<V> found = new ArrayList<>();
        add(exact.get(domain.name()), found);
        if (!subtrees.isEmpty()) addSubtrees(domain, found);
        add(any, found);
        return found;
    }

    /// That of the most specific pattern.
    Optional<V> best(Domain domain) {
        List<V> found = all(domain);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst());
    }

    private void addSubtrees(Domain domain, List<V> found) {
        String root = domain.name();
        add(subtrees.get(root), found);
        if (domain.isAddressLiteral()) return;
        for (int dot = root.indexOf('.'); dot >= 0; dot = root.indexOf('.')) {
            root = root.substring(dot + 1);
            add(subtrees.get(root), found);
        }
    }

    private static <V> void add(@Nullable V value, List<V> found) {
        if (value != null) found.add(value);
    }
}
