package relay.core.scheduler;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.routing.ConnectorConnections;
import relay.core.scheduler.LaneState.Verdict;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.HostLimits;

/// Gives the work of one lane to its sessions: offers what is ready, opens connections, reads
/// ahead.
final class Dispatcher {
    private static final EnhancedStatus TOO_LARGE = new EnhancedStatus(5, 3, 4);

    /// A lane for which there is no room still reads this many, so that it is never starved.
    private static final int SMALL_BATCH = 10;

    /// No connector's name: room is wanted whoever makes it.
    private static final String ANY_CONNECTOR = "";

    private final Board board;

    Dispatcher(Board board) {
        this.board = board;
    }

    void work(LaneState lane, Turn turn) {
        lane.verdict().ifPresent(verdict -> carryOut(verdict, lane, turn));
        if (lane.isObsolete()) {
            lane.ready.takeIf(_ -> true).forEach(entry -> board.move(entry, turn));
        } else if (!board.stopping && lane.mayAttempt(turn.now)) {
            offer(lane, turn);
            open(lane, turn);
        }
        readAhead(lane, turn);
    }

    /// Ends an entry without delivery.
    static void bounce(QueueEntry entry, Diagnostic why, LaneState lane, Turn turn) {
        Map<Mailbox, Diagnostic> failed =
                entry.recipients().stream().collect(Collectors.toMap(r -> r, _ -> why));
        var end = new QueueChange.End(entry.id(), List.of());
        turn.act(new Action.Notify(entry, failed, Map.of(), end));
        lane.loses(entry, turn.now);
        lane.known.add(entry.id());
    }

    /// What was routed elsewhere while no relay ran has another fate.
    private void carryOut(Verdict verdict, LaneState lane, Turn turn) {
        List<QueueEntry> condemned =
                lane.ready.takeIf(
                        entry -> !entry.envelope().acceptedAt().isAfter(verdict.acceptedUpTo()));
        for (QueueEntry entry : condemned) {
            if (board.isElsewhere(entry, turn.now)) {
                board.move(entry, turn);
                continue;
            }
            switch (verdict.fate()) {
                case BOUNCE -> bounce(entry, verdict.why(), lane, turn);
                case HOLD -> hold(entry, List.of(verdict.why()), lane, turn);
            }
        }
    }

    /// Takes a queued entry out of delivery; `why` is empty where the operator did.
    static void hold(QueueEntry entry, List<Diagnostic> why, LaneState lane, Turn turn) {
        turn.change(new QueueChange.SetStatus(entry.id(), EntryStatus.HELD, why));
        turn.tell(new RelayEvent.Held(entry, why));
        lane.holds();
        lane.forget(entry.id());
    }

    private void offer(LaneState lane, Turn turn) {
        ConnectorConnections limits = lane.connections();
        Allowance allowance = board.allowance(lane);
        int rate = limits.maxMessagesPerMinute();
        for (Session session = freest(lane);
                session != null && !lane.ready.isEmpty() && allowance.take(lane, rate, turn.now);
                session = freest(lane)) {
            Optional<QueueEntry> entry = next(lane, session.limits, turn);
            if (entry.isEmpty()) {
                allowance.giveBack(rate);
                return;
            }
            boolean suspect = lane.suspects.contains(entry.get().id());
            if (suspect && !session.offered.isEmpty()) {
                lane.ready.putBack(entry.get());
                allowance.giveBack(rate);
                return;
            }
            if (suspect) session.isolate();
            session.offer(entry.get());
            turn.act(new Action.Offer(session.id, entry.get()));
            if (session.given >= limits.maxMessagesPerConnection()) board.finish(session, turn);
        }
    }

    /// The session that waits for the most: an idle one before one that would only queue it.
    private static @Nullable Session freest(LaneState lane) {
        Session freest = null;
        for (Session session : lane.sessions) {
            if (!session.canTake()) continue;
            if (freest == null || session.credit > freest.credit) freest = session;
        }
        return freest;
    }

    /// The next entry that may be attempted as it is, in one transaction of a host with `limits`. What
    /// does not fit is split on disk, so that each part has its own outcome; but not while somebody
    /// looks through the lane, who would miss the parts.
    private Optional<QueueEntry> next(LaneState lane, HostLimits limits, Turn turn) {
        long limit = lane.connector().orElseThrow().maxMessageSizeBytes();
        for (Optional<QueueEntry> entry = lane.ready.poll();
                entry.isPresent();
                entry = lane.ready.poll()) {
            long size = entry.get().envelope().sizeBytes();
            if (board.isElsewhere(entry.get(), turn.now)) board.move(entry.get(), turn);
            else if (size > limit) bounce(entry.get(), tooLarge(size, limit), lane, turn);
            else if (limits.fit(entry.get().recipients())) return entry;
            else if (lane.looks.isEmpty()) board.split(entry.get(), limits, turn);
            else {
                lane.ready.putBack(entry.get());
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Diagnostic tooLarge(long sizeBytes, long limitBytes) {
        String text =
                "the message has %d bytes and the connector takes %d"
                        .formatted(sizeBytes, limitBytes);
        return Diagnostic.of(Reason.LOCAL, TOO_LARGE, text, "");
    }

    private void open(LaneState lane, Turn turn) {
        while (wantsSession(lane, turn)) {
            if (board.isFull() || board.isAtLimit(lane)) {
                // A lane that has one already does not take another's.
                if (lane.usableSessions() == 0) {
                    board.waiting.add(lane);
                    wantRoom(lane, turn);
                }
                return;
            }
            board.waiting.remove(lane);
            Session session = board.newSession(lane, turn.now);
            turn.act(new Action.OpenSession(session.id, lane.lane));
        }
    }

    /// One session for a lane with work; another while each of those it has would get more than it
    /// can take at a time, and the first has shown that somebody is there: partners who only let us
    /// wait must not take every connection there is.
    private boolean wantsSession(LaneState lane, Turn turn) {
        long open = lane.usableSessions();
        if (!hasWork(lane, turn.now) || open >= lane.sessionLimit(turn.now)) return false;
        return open == 0 || (lane.isServed() && lane.ready.size() > 2 * open);
    }

    private boolean hasWork(LaneState lane, Instant now) {
        return lane.hasWork(now) || board.isMissed(lane);
    }

    /// The first of the lanes that wait for a connection and could have one now. Those that want
    /// none any more leave the line.
    Optional<LaneState> nextInLine(Instant now) {
        board.waiting.removeIf(
                lane -> lane.usableSessions() > 0 || !lane.mayAttempt(now) || !hasWork(lane, now));
        return board.waiting.stream().filter(lane -> !board.isAtLimit(lane)).findFirst();
    }

    /// A connection like the lane's is needed more by another lane, where all are taken.
    void wantRoom(LaneState lane, Turn turn) {
        if (board.isFull()) turn.roomWanted.add(ANY_CONNECTOR);
        else if (board.isAtLimit(lane)) turn.roomWanted.add(lane.lane.connector());
    }

    /// Ends connections that other lanes need more.
    void makeRoom(Turn turn) {
        for (String connector : turn.roomWanted) {
            boolean any = connector.equals(ANY_CONNECTOR);
            makeRoom(lane -> any || lane.lane.connector().equals(connector), turn);
        }
        turn.roomWanted.clear();
    }

    /// One for each lane that waits: idle ones, else those that have had their share, of the lanes
    /// whose connections would make room.
    private void makeRoom(Predicate<LaneState> whose, Turn turn) {
        long leaving =
                board.sessions.values().stream()
                        .filter(session -> session.phase == Session.Phase.FINISHING)
                        .filter(session -> whose.test(session.lane))
                        .count();
        long wanted = board.waiting.stream().filter(whose).count() - leaving;
        if (wanted <= 0) return;
        board.sessions.values().stream()
                .filter(session -> whose.test(session.lane))
                .filter(session -> session.phase == Session.Phase.SERVING)
                .filter(s -> s.isIdle() || s.attempts >= board.limits.messagesBeforeYield())
                .sorted(Comparator.comparing(Session::isIdle).reversed())
                .limit(wanted)
                .toList()
                .forEach(session -> board.finish(session, turn));
    }

    private void readAhead(LaneState lane, Turn turn) {
        boolean wanted =
                lane.verdict().isPresent()
                        || lane.isObsolete()
                        || (!lane.sessions.isEmpty() && lane.mayAttempt(turn.now));
        int batch = board.limits.loadBatch();
        if (!wanted || !lane.disk.isDue(turn.now) || lane.ready.size() > batch / 2) return;
        int more = board.hasMemoryFor(lane) ? batch : SMALL_BATCH;
        if (more == SMALL_BATCH && !lane.ready.isEmpty()) return;
        ask(lane, new LoadQuery.Due(lane.lane, turn.now, more + lane.known.size()), turn);
    }

    static void ask(LaneState lane, LoadQuery query, Turn turn) {
        lane.disk.asked(query);
        turn.act(new Action.Load(query));
    }
}
