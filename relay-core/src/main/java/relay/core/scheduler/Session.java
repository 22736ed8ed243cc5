package relay.core.scheduler;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.smtp.HostLimits;

/// One outbound connection as the scheduler sees it.
final class Session {
    enum Phase {
        /// Ordered; no host has taken part yet.
        OPENING,
        SERVING,
        /// It gets nothing more.
        FINISHING
    }

    private enum Company {
        WELCOME,
        NONE
    }

    final SessionId id;
    final LaneState lane;
    final SequencedMap<EntryId, QueueEntry> offered = new LinkedHashMap<>();
    Phase phase = Phase.OPENING;
    HostLimits limits = HostLimits.NONE;
    int credit;

    /// How many entries it has been given.
    int given;

    int attempts;
    int deliveries;
    Instant idleSince;
    private Company company = Company.WELCOME;

    Session(SessionId id, LaneState lane, Instant now) {
        this.id = id;
        this.lane = lane;
        this.idleSince = now;
    }

    boolean canTake() {
        return phase == Phase.SERVING && credit > 0 && company == Company.WELCOME;
    }

    /// The entry goes alone: nothing is offered until it has ended.
    void isolate() {
        company = Company.NONE;
    }

    /// Whether it holds a place in the lane's window: it may be given more, or has had all that a
    /// connection may have and is still at work.
    boolean takesPlace(int maxMessages) {
        return phase != Phase.FINISHING || (given >= maxMessages && !offered.isEmpty());
    }

    /// Nothing to do, and nothing to be given.
    boolean isIdle() {
        return canTake() && offered.isEmpty() && lane.ready.isEmpty();
    }

    void offer(QueueEntry entry) {
        credit--;
        given++;
        offered.put(entry.id(), entry);
    }

    /// The entry is no longer with this session.
    void leaves(EntryId entry, Instant now) {
        offered.remove(entry);
        if (!offered.isEmpty()) return;
        idleSince = now;
        company = Company.WELCOME;
    }
}
