package relay.core.scheduler;

import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;

/// What the scheduler wants done. Actions are carried out in their order.
public sealed interface Action {

    /// Plan and dial a connection for the lane; answered by [SchedulerEvent.SessionEnded] at last.
    record OpenSession(SessionId session, Lane lane) implements Action {}

    record Offer(SessionId session, QueueEntry entry) implements Action {}

    /// End the session once what it was offered has ended.
    record FinishSession(SessionId session) implements Action {}

    record Load(LoadQuery query) implements Action {}

    record Change(QueueChange change) implements Action {}

    /// Tell the sender, in the same transaction as `change`, which is an `End` or a `Defer` still
    /// without its notices, that delivery to the keys of `failed` has failed, and that the keys of
    /// `relayed` went to a host that will not tell the sender itself. Answered by
    /// [SchedulerEvent.Settled].
    record Notify(
            QueueEntry entry,
            Map<Mailbox, Diagnostic> failed,
            Map<Mailbox, Diagnostic> relayed,
            QueueChange change)
            implements Action {
        public Notify {
            failed = Map.copyOf(failed);
            relayed = Map.copyOf(relayed);
        }
    }

    /// Tell the sender that it takes long, because of `why`. Answered by [SchedulerEvent.Warned].
    record WarnOfDelay(QueueEntry entry, Diagnostic why) implements Action {}

    /// Everything that the order of that number asks for has been ordered by the actions before this
    /// one.
    record OrderDone(long number, OrderResult result) implements Action {}

    record Tell(RelayEvent event) implements Action {}
}
