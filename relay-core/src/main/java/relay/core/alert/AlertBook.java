package relay.core.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import relay.core.alert.Alert.Severity;

/// Remembers which alerts were told, and says which begin and end: a trouble that has stood for
/// long enough begins, one that has been away for as long ends. In between, nothing is said.
///
/// At most [#MAX_TOLD] stand at a time; that there are more is one of them. Confined to one thread.
public final class AlertBook {
    /// The most that stand at a time, beside the one that says so.
    public static final int MAX_TOLD = 100;

    /// The alert that there are more of them.
    public static final String MORE = "RelayMoreAlerts";

    private static final String MORE_IDENTITY = more(0).identity();

    /// What has to be told.
    public sealed interface Change {
        Alert alert();

        /// When the trouble was seen first.
        Instant since();

        record Began(Alert alert, Instant since) implements Change {}

        record Ended(Alert alert, Instant since, Instant at) implements Change {}
    }

    private record Told(Alert alert, Instant since) {}

    private final Map<String, Instant> pending = new LinkedHashMap<>();
    private final Map<String, Told> told = new LinkedHashMap<>();
    private final Map<String, Instant> away = new LinkedHashMap<>();

    /// Takes what stands at `now`; `after` is how long it has to, and to be away. Identical alerts
    /// count once.
    public List<Change> at(Instant now, List<Alert> standing, Duration after) {
        Map<String, Alert> seen =
                standing.stream()
                        .collect(
                                Collectors.toMap(
                                        Alert::identity,
                                        Function.identity(),
                                        (one, _) -> one,
                                        TreeMap::new));
        var changes = new ArrayList<Change>();
        end(now, seen, after, changes);
        begin(now, seen, after, changes);
        return changes;
    }

    /// Forgets everything, and ends nothing.
    public void clear() {
        pending.clear();
        told.clear();
        away.clear();
    }

    private void end(Instant now, Map<String, Alert> seen, Duration after, List<Change> changes) {
        away.keySet().removeAll(seen.keySet());
        for (var all = told.entrySet().iterator(); all.hasNext(); ) {
            var entry = all.next();
            String identity = entry.getKey();
            if (seen.containsKey(identity) || identity.equals(MORE_IDENTITY)) continue;
            if (!isOver(first(away, identity, now), now, after)) continue;
            away.remove(identity);
            all.remove();
            Told over = entry.getValue();
            changes.add(new Change.Ended(over.alert(), over.since(), now));
        }
    }

    private void begin(Instant now, Map<String, Alert> seen, Duration after, List<Change> changes) {
        pending.keySet().retainAll(seen.keySet());
        int untold = 0;
        for (var entry : seen.entrySet()) {
            String identity = entry.getKey();
            if (told.containsKey(identity)) continue;
            Instant since = first(pending, identity, now);
            if (!isOver(since, now, after)) continue;
            if (told.size() - (told.containsKey(MORE_IDENTITY) ? 1 : 0) >= MAX_TOLD) {
                untold++;
                continue;
            }
            var begun = new Told(entry.getValue(), since);
            pending.remove(identity);
            told.put(identity, begun);
            changes.add(new Change.Began(begun.alert(), begun.since()));
        }
        tellOfMore(now, untold, changes);
    }

    private void tellOfMore(Instant now, int untold, List<Change> changes) {
        Alert more = more(untold);
        if (untold > 0 && !told.containsKey(MORE_IDENTITY)) {
            told.put(MORE_IDENTITY, new Told(more, now));
            changes.add(new Change.Began(more, now));
        } else if (untold == 0 && told.containsKey(MORE_IDENTITY)) {
            Told over = told.remove(MORE_IDENTITY);
            changes.add(new Change.Ended(over.alert(), over.since(), now));
        }
    }

    private static Alert more(int count) {
        String summary =
                count + " more alerts stand than are told; see the queue list and /metrics";
        return Alert.of(MORE, Severity.PAGE, summary);
    }

    /// When it was seen so first. A clock that was set back begins anew.
    private static Instant first(Map<String, Instant> since, String identity, Instant now) {
        return since.merge(identity, now, (then, _) -> then.isAfter(now) ? now : then);
    }

    private static boolean isOver(Instant since, Instant now, Duration after) {
        return !since.plus(after).isAfter(now);
    }
}
