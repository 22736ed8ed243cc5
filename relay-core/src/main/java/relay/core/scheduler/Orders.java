package relay.core.scheduler;

import java.util.List;
import java.util.Optional;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.routing.Lane;
import relay.core.smtp.EnhancedStatus;

/// Carries out what the operator orders for single messages. The disk is asked for them, since it
/// alone knows them all.
final class Orders {
    private static final Diagnostic REMOVED =
            Diagnostic.of(
                    Reason.LOCAL,
                    new EnhancedStatus(5, 3, 0),
                    "removed from the queue by the administrator",
                    "");

    private final Board board;
    private final Sweeps sweeps;

    Orders(Board board, Sweeps sweeps) {
        this.board = board;
        this.sweeps = sweeps;
    }

    void give(SchedulerEvent.OrderGiven given, Turn turn) {
        var order = new Order(given.number(), given.order());
        for (MailChoice choice : given.choices()) {
            board.find(choice.lane()).ifPresent(lane -> ask(order, choice, lane, turn));
        }
        order.over(turn);
    }

    private void ask(Order order, MailChoice choice, LaneState lane, Turn turn) {
        var look = new OrderLook(order, choice);
        switch (choice) {
            case MailChoice.Whole _, MailChoice.ForDomain _ -> sweeps.lookThrough(lane, look, turn);
            case MailChoice.Single(_, var entries) -> look.askFor(entries, lane, turn);
        }
        order.open++;
        turn.touch(lane);
    }

    /// Whether something is to be done with the entry when it comes back.
    static boolean isStanding(LaneState lane, EntryId entry) {
        return lane.standingOrders.containsKey(entry);
    }

    /// The operator's resume: what was to be held when it comes back goes on.
    static void forgetHolds(LaneState lane) {
        lane.standingOrders
                .values()
                .removeIf(look ->
                        look instanceof Later(var later)
                                && later.order.what instanceof MailOrder.Hold);
    }

    /// The entry is no longer being attempted: what was ordered meanwhile is done now.
    static void doStanding(LaneState lane, EntryId entry, Turn turn) {
        Optional.ofNullable(lane.standingOrders.remove(entry))
                .ifPresent(look -> Sweeps.ask(lane, List.of(entry), look, turn));
    }

    private static final class Order {
        final MailOrder what;
        private final long number;
        int open = 1;
        long done;
        long underWay;
        long leftAlone;
        long poison;

        Order(long number, MailOrder what) {
            this.number = number;
            this.what = what;
        }

        void over(Turn turn) {
            if (--open > 0) return;
            var result = new OrderResult(done, underWay, leftAlone, poison);
            turn.act(new Action.OrderDone(number, result));
        }
    }

    /// One choice of an order.
    private final class OrderLook implements Look {
        private final Order order;
        private final MailChoice choice;

        OrderLook(Order order, MailChoice choice) {
            this.order = order;
            this.choice = choice;
        }

        void askFor(List<EntryId> entries, LaneState lane, Turn turn) {
            Sweeps.ask(lane, entries, this, turn);
        }

        @Override
        public void at(LaneState lane, QueueEntry entry, Turn turn) {
            if (!isChosen(entry)) return;
            if (Sweeps.isFree(lane, entry)) {
                lane.forget(entry.id());
                carryOut(lane, entry, turn);
            } else if (order.what instanceof MailOrder.Release) {
                // It is on its way; what was to be done when it comes back is not.
                lane.standingOrders.remove(entry.id());
            } else {
                order.underWay++;
                lane.standingOrders.put(entry.id(), new Later(this));
            }
        }

        @Override
        public void atOutdated(LaneState lane, QueueEntry entry, Turn turn) {
            order.open++;
            askFor(List.of(entry.id()), lane, turn);
        }

        @Override
        public void over(Turn turn) {
            order.over(turn);
        }

        private boolean isChosen(QueueEntry entry) {
            return switch (choice) {
                case MailChoice.Whole _, MailChoice.Single _ -> true;
                case MailChoice.ForDomain(_, var domain) -> {
                    long wanted =
                            entry.recipients().stream()
                                    .filter(to -> to.domain().equals(domain))
                                    .count();
                    boolean all = wanted == entry.recipients().size();
                    if (wanted > 0 && !all) order.leftAlone++;
                    yield all;
                }
            };
        }

        private void carryOut(LaneState lane, QueueEntry entry, Turn turn) {
            switch (order.what) {
                case MailOrder.Hold _ -> hold(lane, entry, turn);
                case MailOrder.Release(var poison) -> release(lane, entry, poison, turn);
                case MailOrder.Remove(var notice) -> {
                    order.done++;
                    remove(lane, entry, notice, turn);
                }
                case MailOrder.Redirect(var connector) -> redirect(lane, entry, connector, turn);
            }
        }

        private void hold(LaneState lane, QueueEntry entry, Turn turn) {
            if (entry.status() == EntryStatus.HELD) return;
            order.done++;
            Dispatcher.hold(entry, List.of(), lane, turn);
        }

        private void release(
                LaneState lane, QueueEntry entry, MailOrder.Release.Poison poison, Turn turn) {
            if (entry.status() == EntryStatus.QUEUED) {
                lane.disk.holdsDue(entry.nextAttempt());
                return;
            }
            if (poison == MailOrder.Release.Poison.STAYS_HELD && isPoison(entry)) {
                order.poison++;
                return;
            }
            // Else what held it would do so again, without an attempt.
            if (lane.isResting(turn.now) || lane.verdict().isPresent()) lane.retries(turn);
            order.done++;
            turn.change(new QueueChange.Release(entry.id(), turn.now));
            turn.tell(new RelayEvent.Released(entry));
            lane.releases(entry);
            lane.disk.holdsDue(turn.now);
        }

        private static boolean isPoison(QueueEntry entry) {
            return entry.trouble().filter(why -> why.reason() == Reason.POISON).isPresent();
        }

        private void redirect(LaneState lane, QueueEntry entry, String connector, Turn turn) {
            Rerouting.LaneChoice routed = Rerouting.byPolicy(entry, board.policy);
            var parts =
                    Rerouting.parts(
                            entry,
                            domain ->
                                    board.policy
                                            .redirected(
                                                    domain, entry.envelope().source(), connector)
                                            .orElseGet(() -> routed.of(domain)));
            boolean stays =
                    parts.stream()
                            .map(QueueChange.Move.Part::lane)
                            .map(Lane::connector)
                            .noneMatch(connector::equals);
            boolean isThere = parts.stream().allMatch(part -> part.lane().equals(entry.lane()));
            if (stays) order.leftAlone++;
            if (stays || isThere) {
                if (entry.status() == EntryStatus.QUEUED) lane.disk.holdsDue(entry.nextAttempt());
                return;
            }
            order.done++;
            turn.tell(new RelayEvent.Redirected(entry, connector));
            board.move(entry, parts, turn);
        }
    }

    private static void remove(
            LaneState lane, QueueEntry entry, MailOrder.Remove.Notice notice, Turn turn) {
        switch (notice) {
            case TO_SENDER -> Dispatcher.bounce(entry, REMOVED, lane, turn);
            case NONE -> {
                turn.tell(new RelayEvent.Removed(entry));
                turn.change(new QueueChange.End(entry.id(), List.of()));
                lane.loses(entry, turn.now);
            }
        }
    }

    /// The order for an entry that was being attempted; the answer to it has been given before.
    private record Later(OrderLook look) implements Look {
        @Override
        public void at(LaneState lane, QueueEntry entry, Turn turn) {
            look.at(lane, entry, turn);
        }

        @Override
        public void atOutdated(LaneState lane, QueueEntry entry, Turn turn) {
            Sweeps.ask(lane, List.of(entry.id()), this, turn);
        }

        @Override
        public void over(Turn turn) {}
    }
}
