package relay.core.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import relay.core.event.RelayEvent;
import relay.core.queue.QueueChange;

/// One event being dealt with: when it is, what has been decided so far, and which lanes must be
/// looked at before the turn is over.
final class Turn {
    final Instant now;
    final List<Action> actions = new ArrayList<>();

    /// Connectors, one of whose connections another lane needs more.
    final Set<String> roomWanted = new LinkedHashSet<>();

    private final SequencedSet<LaneState> touched = new LinkedHashSet<>();

    Turn(Instant now) {
        this.now = now;
    }

    void act(Action action) {
        actions.add(action);
    }

    void change(QueueChange change) {
        actions.add(new Action.Change(change));
    }

    void tell(RelayEvent event) {
        actions.add(new Action.Tell(event));
    }

    void touch(LaneState lane) {
        touched.add(lane);
    }

    /// The lanes to look at, each once; looking at one may touch others.
    SequencedSet<LaneState> takeTouched() {
        var taken = new LinkedHashSet<>(touched);
        touched.clear();
        return taken;
    }
}
