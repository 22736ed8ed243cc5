package relay.core.scheduler;

import java.util.List;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.LaneCensus;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsProof;

/// What the scheduler hears.
public sealed interface SchedulerEvent {

    /// What is on disk at the start. Comes first.
    record Started(List<LaneCensus> census) implements SchedulerEvent {}

    /// These messages have become ours.
    record Accepted(List<QueuedMessage> messages) implements SchedulerEvent {}

    /// The answer to [Action.Load].
    record EntriesLoaded(Loaded loaded) implements SchedulerEvent {}

    /// A host takes part and meets the lane's demands. It takes transactions that fit `limits`.
    record SessionOpened(SessionId session, HostLimits limits) implements SchedulerEvent {}

    /// The session can take `entries` more.
    record SessionReady(SessionId session, int entries) implements SchedulerEvent {}

    /// One attempt has ended; `outcomes` has every recipient of the entry.
    record AttemptEnded(
            SessionId session,
            QueueEntry entry,
            Map<Mailbox, DeliveryOutcome> outcomes,
            TlsProof proof)
            implements SchedulerEvent {}

    /// Nothing of the entry was attempted: its session ended first.
    record EntryReturned(SessionId session, QueueEntry entry) implements SchedulerEvent {}

    record SessionEnded(SessionId session, Ending ending) implements SchedulerEvent {}

    /// What was asked for by [Action.Notify] has been handed to the store.
    record Settled(Lane lane, EntryId entry) implements SchedulerEvent {}

    /// What was asked for by [Action.Notify] cannot be written: the entry is held instead. Before its
    /// [Settled].
    record SetAside(Action.Notify asked) implements SchedulerEvent {}

    /// What was asked for by [Action.WarnOfDelay] has been handed to the store.
    record Warned(Lane lane, EntryId entry) implements SchedulerEvent {}

    /// Time has passed.
    record Tick() implements SchedulerEvent {}

    /// The operator wants these lanes attempted now.
    record RetryAsked(List<Lane> lanes) implements SchedulerEvent {}

    /// The operator ends the suspension of these lanes.
    record ResumeAsked(List<Lane> lanes) implements SchedulerEvent {}

    /// The operator wants nothing of these lanes attempted.
    record SuspendAsked(List<Lane> lanes) implements SchedulerEvent {}

    /// The operator wants something done with single messages; answered by [Action.OrderDone].
    record OrderGiven(long number, MailOrder order, List<MailChoice> choices)
            implements SchedulerEvent {}

    /// A new configuration is in force.
    record PolicyChanged(PolicyTable policy) implements SchedulerEvent {}

    /// No more attempts are to begin; what runs may end.
    record Stopping() implements SchedulerEvent {}

    /// How an ordered session came to its end.
    sealed interface Ending {

        /// A host took part. `trouble` is empty for an end in good order.
        record Served(List<Diagnostic> trouble) implements Ending {}

        /// No host took part.
        record NoHost(Diagnostic why) implements Ending {}

        /// Hosts were there, and none met the TLS demands.
        record DemandsUnmet(Diagnostic why) implements Ending {}

        /// There is no host and will be none: the domain does not exist or takes no mail.
        record Never(Diagnostic why) implements Ending {}
    }
}
