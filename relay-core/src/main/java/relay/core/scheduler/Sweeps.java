package relay.core.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.RetrySchedule;
import relay.core.smtp.EnhancedStatus;

/// Looks through what is on disk: for mail whose lifetime ends, for senders to be told of a delay,
/// for mail that the policy now routes elsewhere; and deals with what was found.
final class Sweeps {
    private static final Diagnostic NOT_YET_TRIED =
            Diagnostic.of(
                    Reason.CONNECTION,
                    new EnhancedStatus(4, 4, 1),
                    "no attempt could be made yet",
                    "");

    private final Board board;
    private final Look stale;

    /// Lanes of before the start, whose mail another configuration may have routed.
    private final Set<Lane> unseen = new HashSet<>();

    Sweeps(Board board) {
        this.board = board;
        this.stale = new StaleLook(board);
    }

    /// Asks for what is too old. Mail without a connector and mail that the operator suspended or
    /// holds waits for the operator, however long.
    void lookForOld(LaneState lane, Turn turn) {
        if (waitsForOperator(lane) || board.stopping) return;
        RetrySchedule schedule = lane.schedule();
        Instant expired = turn.now.minus(schedule.expireAfter());
        Instant delayed = turn.now.minus(schedule.delayWarningAfter());
        int limit = board.limits.loadBatch();
        if (lane.disk.mayExpire(expired)) {
            Dispatcher.ask(lane, new LoadQuery.Older(lane.lane, expired, limit), turn);
        } else if (lane.disk.mayWarn(delayed) && lane.warning.isEmpty()) {
            Dispatcher.ask(lane, new LoadQuery.Delayed(lane.lane, delayed, limit), turn);
        }
    }

    /// The lane has mail of before the start.
    void begin(LaneState lane) {
        unseen.add(lane.lane);
    }

    /// Asks for mail that was routed elsewhere while no relay ran, where nobody has looked since: a
    /// long queue is not read again whenever its host is down.
    void lookOnceForStale(LaneState lane, Turn turn) {
        if (unseen.contains(lane.lane)) lookForStale(lane, turn);
    }

    /// Asks for everything in the lane, to move what is routed elsewhere now.
    void lookForStale(LaneState lane, Turn turn) {
        unseen.remove(lane.lane);
        if (Rerouting.mayBeStale(lane.lane, board.policy)) lookThrough(lane, stale, turn);
    }

    /// Asks for everything in the lane whose mail goes elsewhere as next hops fare now.
    void lookForElsewhere(LaneState lane, Turn turn) {
        lookThrough(lane, stale, turn);
    }

    /// Shows `look` every entry of the lane.
    void lookThrough(LaneState lane, Look look, Turn turn) {
        askAll(lane, List.of(), look, turn);
    }

    /// Shows `look` those of `entries` that are still in the lane.
    static void ask(LaneState lane, List<QueueEntry.EntryId> entries, Look look, Turn turn) {
        lane.looks.addLast(look);
        Dispatcher.ask(lane, new LoadQuery.Named(lane.lane, entries), turn);
    }

    void loaded(LaneState lane, Loaded loaded, Turn turn) {
        lane.disk.answered(loaded);
        switch (loaded.query()) {
            case LoadQuery.Due _ -> upToDate(lane, loaded).forEach(entry -> due(lane, entry));
            case LoadQuery.Older _ ->
                    upToDate(lane, loaded).forEach(entry -> expired(lane, entry, turn));
            case LoadQuery.Delayed _ ->
                    upToDate(lane, loaded).forEach(entry -> delayed(lane, entry, turn));
            case LoadQuery.All(_, _, var limit) -> {
                Look look = lane.looks.removeFirst();
                show(lane, loaded, look, turn);
                List<QueueEntry> found = loaded.entries();
                if (found.size() < limit) look.over(turn);
                else askAll(lane, List.of(found.getLast().id()), look, turn);
            }
            case LoadQuery.Named _ -> {
                Look look = lane.looks.removeFirst();
                show(lane, loaded, look, turn);
                look.over(turn);
            }
        }
        lane.disk.closed();
    }

    private static List<QueueEntry> upToDate(LaneState lane, Loaded loaded) {
        return loaded.entries().stream().filter(e -> !lane.disk.isOutdated(e.id())).toList();
    }

    private static void show(LaneState lane, Loaded loaded, Look look, Turn turn) {
        for (QueueEntry entry : loaded.entries()) {
            if (lane.disk.isOutdated(entry.id())) look.atOutdated(lane, entry, turn);
            else look.at(lane, entry, turn);
        }
    }

    private void askAll(LaneState lane, List<QueueEntry.EntryId> after, Look look, Turn turn) {
        lane.looks.addLast(look);
        Lane name = lane.lane;
        Dispatcher.ask(lane, new LoadQuery.All(name, after, board.limits.loadBatch()), turn);
    }

    private static void due(LaneState lane, QueueEntry entry) {
        if (lane.known.add(entry.id())) lane.ready.addBacklog(entry);
    }

    private static void expired(LaneState lane, QueueEntry entry, Turn turn) {
        boolean still = isStillOlder(lane, entry, lane.schedule().expireAfter(), turn);
        if (!still || !isFree(lane, entry)) {
            lane.disk.accepted(entry.envelope().acceptedAt());
            return;
        }
        Dispatcher.bounce(entry, reason(lane, entry).expired(), lane, turn);
    }

    private static void delayed(LaneState lane, QueueEntry entry, Turn turn) {
        if (!isStillOlder(lane, entry, lane.schedule().delayWarningAfter(), turn)) {
            lane.disk.accepted(entry.envelope().acceptedAt());
        } else if (lane.warning.add(entry.id())) {
            turn.act(new Action.WarnOfDelay(entry, reason(lane, entry)));
        }
    }

    /// Since the disk was asked, the clock may have been set back, a reload may have made lifetimes
    /// longer, and the operator may have suspended the lane.
    private static boolean isStillOlder(LaneState lane, QueueEntry entry, Duration age, Turn turn) {
        Instant before = turn.now.minus(age);
        return !waitsForOperator(lane) && entry.envelope().acceptedAt().isBefore(before);
    }

    private static boolean waitsForOperator(LaneState lane) {
        return lane.lane.isUnreachable() || lane.isSuspended();
    }

    /// Moves what is routed elsewhere. What is being attempted, or has come back meanwhile, is
    /// looked at again before its next attempt.
    private record StaleLook(Board board) implements Look {
        @Override
        public void at(LaneState lane, QueueEntry entry, Turn turn) {
            boolean elsewhere = board.isElsewhere(entry, turn.now);
            if (elsewhere && isFree(lane, entry)) board.move(entry, turn);
        }

        @Override
        public void atOutdated(LaneState lane, QueueEntry entry, Turn turn) {}

        @Override
        public void over(Turn turn) {}
    }

    /// Whether nobody else is at work on the entry; where it was ready, it no longer is.
    static boolean isFree(LaneState lane, QueueEntry entry) {
        return !lane.known.contains(entry.id()) || lane.ready.remove(entry.id());
    }

    private static Diagnostic reason(LaneState lane, QueueEntry entry) {
        return entry.trouble().or(lane::lastTrouble).orElse(NOT_YET_TRIED);
    }
}
