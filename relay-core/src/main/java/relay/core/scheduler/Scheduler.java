package relay.core.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord.Suspension;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.scheduler.LaneState.Reach;
import relay.core.scheduler.LaneState.Verdict;
import relay.core.scheduler.SchedulerEvent.AttemptEnded;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.smtp.HostLimits;

/// Decides what is attempted when, over how many connections: (event, time) to actions.
///
/// A lane's entries are attempted over its sessions, as many as its window allows. A host that
/// refuses one message delays that message; a next hop that cannot be reached, or does not meet the
/// demands, rests the whole lane. No clock, thread or store inside. Confined to one thread.
public final class Scheduler {
    /// A clock that is off by less is set right by slowing it down, or costs less than a short delay.
    private static final Duration SET_BACK = Duration.ofSeconds(30);

    private final Board board;
    private final Dispatcher dispatcher;
    private final Sweeps sweeps;
    private final Orders orders;
    private final Standing standing;
    private Instant lastTime = Instant.EPOCH;

    public Scheduler(SchedulerLimits limits, PolicyTable policy) {
        this.board = new Board(limits, policy);
        this.dispatcher = new Dispatcher(board);
        this.sweeps = new Sweeps(board);
        this.orders = new Orders(board, sweeps);
        this.standing = new Standing(board, sweeps);
    }

    public List<Action> on(SchedulerEvent event, Instant now) {
        var turn = new Turn(now);
        watchClock(turn);
        switch (event) {
            case SchedulerEvent.Started(var census) -> start(census, turn);
            case SchedulerEvent.Accepted(var messages) -> accept(messages, turn);
            case SchedulerEvent.EntriesLoaded(var loaded) ->
                    with(loaded.query().lane(), turn, lane -> sweeps.loaded(lane, loaded, turn));
            case SchedulerEvent.SessionOpened(var id, var limits) ->
                    session(id).ifPresent(s -> open(s, limits, turn));
            case SchedulerEvent.SessionReady(var id, var entries) ->
                    session(id).ifPresent(s -> ready(s, entries, turn));
            case AttemptEnded ended ->
                    session(ended.session()).ifPresent(s -> attemptEnded(s, ended, turn));
            case SchedulerEvent.EntryReturned(var id, var entry) ->
                    session(id).ifPresent(s -> returned(s, entry, turn));
            case SchedulerEvent.SessionEnded(var id, var ending) ->
                    session(id).ifPresent(s -> sessionEnded(s, ending, turn));
            case SchedulerEvent.Settled(var lane, var entry) ->
                    with(lane, turn, state -> settled(state, entry, turn));
            case SchedulerEvent.SetAside(var asked) ->
                    with(asked.entry().lane(), turn, state -> state.setsAside(asked));
            case SchedulerEvent.Warned(var lane, var entry) ->
                    with(lane, turn, state -> state.warning.remove(entry));
            case SchedulerEvent.Tick _ -> tick(turn);
            case SchedulerEvent.RetryAsked(var lanes) ->
                    lanes.forEach(lane -> with(lane, turn, state -> retry(state, turn)));
            case SchedulerEvent.ResumeAsked(var lanes) ->
                    lanes.forEach(lane -> with(lane, turn, state -> resume(state, turn)));
            case SchedulerEvent.SuspendAsked(var lanes) ->
                    lanes.forEach(lane -> with(lane, turn, state -> suspend(state, turn)));
            case SchedulerEvent.OrderGiven given -> orders.give(given, turn);
            case SchedulerEvent.PolicyChanged(var policy) -> adopt(policy, turn);
            case SchedulerEvent.Stopping _ -> stop(turn);
        }
        work(turn);
        return turn.actions;
    }

    /// Every lane with something in it, for people and metrics.
    public List<LaneStatus> status(Instant now) {
        return board.lanes().stream().map(lane -> lane.status(now)).toList();
    }

    private void work(Turn turn) {
        var worked = new ArrayList<LaneState>();
        for (SequencedSet<LaneState> lanes = turn.takeTouched();
                !lanes.isEmpty();
                lanes = turn.takeTouched()) {
            lanes.forEach(lane -> dispatcher.work(lane, turn));
            worked.addAll(lanes);
        }
        dispatcher.makeRoom(turn);
        worked.forEach(lane -> board.retire(lane, turn));
    }

    private Optional<Session> session(SessionId id) {
        return Optional.ofNullable(board.sessions.get(id));
    }

    private interface LaneWork {
        void on(LaneState lane);
    }

    private void with(Lane lane, Turn turn, LaneWork work) {
        board.find(lane)
                .ifPresent(state -> {
                    work.on(state);
                    turn.touch(state);
                });
    }

    // Mail

    private void start(List<LaneCensus> census, Turn turn) {
        for (LaneCensus lane : census) {
            LaneState state = board.lane(lane.record().lane());
            state.remember(lane);
            if (state.waitsTooLong(lane, turn.now)) retry(state, turn);
            sweeps.begin(state);
            if (!state.isConfigured() || state.isFailing()) sweeps.lookOnceForStale(state, turn);
            turn.touch(state);
        }
        board.lanes().stream()
                .filter(LaneState::maybeDown)
                .forEach(lane -> standing.recall(lane, turn));
    }

    private void accept(List<QueuedMessage> messages, Turn turn) {
        for (QueuedMessage message : messages) {
            for (QueueEntry entry : message.entries()) {
                LaneState lane = board.lane(entry.lane());
                lane.gains(entry, turn.now);
                if (lane.mayBeLeft() && board.isElsewhere(entry, turn.now)) board.move(entry, turn);
                else if (!board.hasMemoryFor(lane)) lane.disk.holdsDue(entry.nextAttempt());
                else if (lane.known.add(entry.id())) lane.ready.addFresh(entry);
                turn.touch(lane);
            }
        }
    }

    private void attemptEnded(Session session, AttemptEnded ended, Turn turn) {
        QueueEntry entry = ended.entry();
        LaneState lane = session.lane;
        session.leaves(entry.id(), turn.now);
        session.attempts++;
        var attempt =
                new Attempt(
                        entry,
                        lane.errorRules().judged(ended.outcomes()),
                        lane.schedule(),
                        turn.now);
        attempt.actions(ended.proof()).forEach(turn::act);
        if (attempt.isOver()) lane.loses(entry, turn.now);
        else lane.disk.holdsDue(attempt.due());
        // A notice is still to be written: until then the disk is not up to date.
        if (!attempt.needsNotice()) comesBack(lane, entry.id(), turn);
        if (attempt.deliveredAny()) {
            session.deliveries++;
            lane.window.grow();
        }
        turn.touch(lane);
    }

    private static void settled(LaneState lane, EntryId entry, Turn turn) {
        comesBack(lane, entry, turn);
        // It may have come due meanwhile, and been passed over because it was not settled.
        if (lane.queued() > 0) lane.disk.holdsDue(turn.now);
    }

    private static void returned(Session session, QueueEntry entry, Turn turn) {
        // A session gives back what it was offered because it is ending.
        session.phase = Session.Phase.FINISHING;
        session.leaves(entry.id(), turn.now);
        if (Orders.isStanding(session.lane, entry.id())) {
            comesBack(session.lane, entry.id(), turn);
            session.lane.disk.holdsDue(entry.nextAttempt());
        } else {
            session.lane.ready.putBack(entry);
        }
        turn.touch(session.lane);
    }

    /// The entry is on disk alone again; what was ordered for it meanwhile is done now.
    private static void comesBack(LaneState lane, EntryId entry, Turn turn) {
        lane.forget(entry);
        Orders.doStanding(lane, entry, turn);
    }

    // Sessions

    private void open(Session session, HostLimits limits, Turn turn) {
        LaneState lane = session.lane;
        session.limits = limits;
        session.idleSince = turn.now;
        if (session.phase == Session.Phase.FINISHING) {
            turn.act(new Action.FinishSession(session.id));
            return;
        }
        session.phase = Session.Phase.SERVING;
        if (lane.isFailing()) {
            // Mail has left a lane that stands in whatever its trouble was.
            boolean wasLeft = lane.isDown() || lane.lane.isFailedOver();
            turn.change(new QueueChange.RecordLane(lane.recovers()));
            if (wasLeft) standing.isBack(lane, turn);
        }
        turn.touch(lane);
    }

    private void ready(Session session, int entries, Turn turn) {
        session.credit += entries;
        turn.touch(session.lane);
        // Where others wait for a connection, nobody keeps one for what may come.
        if (!board.waiting.isEmpty() && session.isIdle()) dispatcher.wantRoom(session.lane, turn);
    }

    private void sessionEnded(Session session, Ending ending, Turn turn) {
        LaneState lane = session.lane;
        // Whoever waits for a connection is served before the lane that has just had one.
        board.remove(session);
        dispatcher.nextInLine(turn.now).ifPresent(turn::touch);
        if (ending instanceof Ending.Served(var trouble)) lookForPoison(session, trouble, turn);
        List.copyOf(session.offered.sequencedValues().reversed())
                .forEach(entry -> returned(session, entry, turn));
        switch (ending) {
            case Ending.Served(var trouble) -> served(session, trouble, turn);
            case Ending.NoHost(var why) -> noHost(lane, why, turn);
            case Ending.DemandsUnmet(var why) -> {
                fate(lane, why, turn);
                fail(lane, why, Reach.SOMEBODY, turn);
            }
            case Ending.Never(var why) -> never(lane, why, turn);
        }
        turn.touch(lane);
    }

    /// Where the relay itself failed over a message: one that was alone is held, so that it is not
    /// attempted for ever; of several, each goes alone the next time.
    private static void lookForPoison(Session session, List<Diagnostic> trouble, Turn turn) {
        if (trouble.isEmpty() || trouble.getFirst().reason() != Diagnostic.Reason.POISON) return;
        LaneState lane = session.lane;
        List<QueueEntry> suspects = List.copyOf(session.offered.values());
        if (suspects.size() != 1) {
            suspects.forEach(entry -> lane.suspects.add(entry.id()));
            return;
        }
        QueueEntry poison = suspects.getFirst();
        session.leaves(poison.id(), turn.now);
        Dispatcher.hold(poison, trouble, lane, turn);
        Orders.doStanding(lane, poison.id(), turn);
    }

    private void noHost(LaneState lane, Diagnostic why, Turn turn) {
        if (!lane.lane.isFailedOver()) {
            lane.errorRules()
                    .endOf(why)
                    .ifPresent(end -> lane.condemn(Verdict.Fate.BOUNCE, end, turn.now));
        }
        fail(lane, why, Reach.of(why), turn);
    }

    /// Where the connector only stands in, the one that is down may know better.
    private void never(LaneState lane, Diagnostic why, Turn turn) {
        Optional<Diagnostic> waiting = lane.errorRules().waitingFor(why);
        if (waiting.isPresent() || lane.lane.isFailedOver()) {
            fail(lane, waiting.orElse(why), Reach.SOMEBODY, turn);
        } else {
            boolean wasDown = lane.isDown();
            // Or it would be asked for ever, for the sake of mail that has left it.
            if (wasDown) turn.change(new QueueChange.RecordLane(lane.recovers()));
            lane.condemn(Verdict.Fate.BOUNCE, why, turn.now);
            if (wasDown) standing.isBack(lane, turn);
        }
    }

    private void served(Session session, List<Diagnostic> trouble, Turn turn) {
        if (trouble.isEmpty()) return;
        session.lane.window.shrink();
        if (session.deliveries == 0) {
            fail(session.lane, trouble.getFirst(), Reach.SOMEBODY, turn);
        }
    }

    private void fail(LaneState lane, Diagnostic why, Reach reach, Turn turn) {
        if (lane.isResting(turn.now)) return;
        if (lane.isServed()) {
            lane.pause(turn.now);
            return;
        }
        // What was routed elsewhere while no relay ran would wait for a host to be offered to.
        sweeps.lookOnceForStale(lane, turn);
        boolean wasDown = lane.isDown();
        var record = lane.fails(why, reach, turn.now);
        turn.change(new QueueChange.RecordLane(record));
        turn.tell(new RelayEvent.LaneFailed(lane.lane, why, record.retryAt(), lane.queued()));
        standing.hasFailed(lane, turn);
        // Whoever is there now has answered, if not as we want it.
        if (wasDown && !lane.isDown()) standing.isBack(lane, turn);
    }

    /// Mail that failed over waits whatever its connector's operator wants: its own is another.
    private static void fate(LaneState lane, Diagnostic why, Turn turn) {
        if (lane.lane.isFailedOver()) return;
        OnTlsFailure wish =
                lane.connector().map(SendConnector::onTlsFailure).orElse(OnTlsFailure.QUEUE);
        switch (wish) {
            case QUEUE -> {}
            case BOUNCE -> lane.condemn(Verdict.Fate.BOUNCE, why.permanent(), turn.now);
            case HOLD -> lane.condemn(Verdict.Fate.HOLD, why, turn.now);
        }
    }

    // Time and people

    /// When the clock was set back, whatever waits for a time by the old clock would wait too long.
    private void watchClock(Turn turn) {
        boolean setBack = turn.now.isBefore(lastTime.minus(SET_BACK));
        lastTime = turn.now;
        if (!setBack) return;
        for (LaneState lane : board.lanes()) {
            retry(lane, turn);
            turn.touch(lane);
        }
    }

    private void tick(Turn turn) {
        board.tidyAllowances(turn.now);
        for (LaneState lane : board.lanes()) {
            sweeps.lookForOld(lane, turn);
            turn.touch(lane);
        }
        Instant idleSince = turn.now.minus(board.limits.idle());
        board.sessions.values().stream()
                .filter(session -> session.isIdle() && session.idleSince.isBefore(idleSince))
                .forEach(session -> board.finish(session, turn));
    }

    private static void retry(LaneState lane, Turn turn) {
        lane.retries(turn);
        turn.change(new QueueChange.MakeDue(lane.lane, turn.now));
        lane.disk.holdsDue(turn.now);
    }

    private static void resume(LaneState lane, Turn turn) {
        Orders.forgetHolds(lane);
        if (!lane.isSuspended()) return;
        turn.change(new QueueChange.RecordLane(lane.suspension(Suspension.NONE)));
        retry(lane, turn);
    }

    /// What has been offered may end; nothing more begins.
    private void suspend(LaneState lane, Turn turn) {
        if (lane.isSuspended()) return;
        turn.change(new QueueChange.RecordLane(lane.suspension(Suspension.SUSPENDED)));
        List.copyOf(lane.sessions).forEach(session -> board.finish(session, turn));
    }

    private void adopt(PolicyTable policy, Turn turn) {
        board.policy = policy;
        for (LaneState lane : board.lanes()) {
            if (lane.adopt(policy)) {
                // Open connections were made under other demands.
                List.copyOf(lane.sessions).forEach(session -> board.finish(session, turn));
                if (lane.isFailing()) lane.retries(turn);
            }
            sweeps.lookForStale(lane, turn);
            turn.touch(lane);
        }
    }

    private void stop(Turn turn) {
        board.stopping = true;
        List.copyOf(board.sessions.values()).forEach(session -> board.finish(session, turn));
    }
}
