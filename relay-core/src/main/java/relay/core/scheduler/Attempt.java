package relay.core.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.Deferred.Certainty;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Delivered.SuccessNotice;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.routing.RetrySchedule;
import relay.core.smtp.RcptParameters.Notify;
import relay.core.smtp.Reply;
import relay.core.tls.TlsProof;

/// What follows from one attempt: for each recipient the end, another try, or a notice. Pure.
///
/// The last attempt is made when the lifetime ends, not before.
final class Attempt {
    private final QueueEntry entry;
    private final Instant now;
    private final Instant expiry;
    private final Instant due;
    private final RetryRules rules;

    /// The longest that one of the recipients is to wait: no greylisting is cut short.
    private Duration wait = Duration.ZERO;

    private final SequencedMap<Reply, List<Mailbox>> delivered = new LinkedHashMap<>();
    private final SequencedMap<Mailbox, Reply> relayed = new LinkedHashMap<>();
    private final SequencedMap<Mailbox, Diagnostic> failed = new LinkedHashMap<>();
    private final SequencedMap<Mailbox, Diagnostic> waiting = new LinkedHashMap<>();
    private Certainty certainty = Certainty.NOT_DELIVERED;

    Attempt(
            QueueEntry entry,
            Map<Mailbox, DeliveryOutcome> outcomes,
            RetrySchedule schedule,
            Instant now) {
        this.entry = entry;
        this.now = now;
        this.rules = new RetryRules(schedule);
        this.expiry = schedule.expiry(entry.envelope().acceptedAt());
        for (Mailbox recipient : entry.recipients()) {
            DeliveryOutcome outcome = outcomes.get(recipient);
            if (outcome == null) {
                throw new IllegalArgumentException(
                        "no outcome for " + recipient + " of " + entry.id());
            }
            sort(recipient, outcome);
        }
        Instant next = now.plus(wait);
        this.due = next.isBefore(expiry) ? next : expiry;
    }

    private void sort(Mailbox recipient, DeliveryOutcome outcome) {
        switch (outcome) {
            case DeliveryOutcome.Delivered(var reply, var success) -> {
                delivered.computeIfAbsent(reply, _ -> new ArrayList<>()).add(recipient);
                if (success == SuccessNotice.BY_US && wantsToHear(recipient)) {
                    relayed.put(recipient, reply);
                }
            }
            case DeliveryOutcome.Rejected(var why) -> failed.put(recipient, why);
            case DeliveryOutcome.Deferred(var why) -> retryOrExpire(recipient, why, delay(why));
            case DeliveryOutcome.InDoubt(var why) -> {
                certainty = Certainty.POSSIBLY_DELIVERED;
                // Each quick try could be one more copy.
                retryOrExpire(recipient, why, rules.steadyDelayAfter(entry.attempts() + 1, why));
            }
        }
    }

    private boolean wantsToHear(Mailbox recipient) {
        return entry.envelope().noticeRequest().of(recipient).wants(Notify.SUCCESS);
    }

    private Duration delay(Diagnostic why) {
        return rules.delayAfter(entry.attempts() + 1, why);
    }

    private void retryOrExpire(Mailbox recipient, Diagnostic why, Duration delay) {
        if (delay.compareTo(wait) > 0) wait = delay;
        if (now.isBefore(expiry)) waiting.put(recipient, why);
        else failed.put(recipient, why.expired());
    }

    boolean isOver() {
        return waiting.isEmpty();
    }

    /// Whether the sender may have to be told of something.
    boolean needsNotice() {
        return !failed.isEmpty() || !relayed.isEmpty();
    }

    boolean deliveredAny() {
        return !delivered.isEmpty();
    }

    /// When the entry is due again; means something only where it is not over.
    Instant due() {
        return due;
    }

    List<Action> actions(TlsProof proof) {
        var actions = new ArrayList<Action>();
        delivered.forEach((reply, recipients) ->
                actions.add(
                        new Action.Tell(
                                new RelayEvent.Delivered(entry, recipients, reply, proof, now))));
        if (!waiting.isEmpty()) {
            actions.add(
                    new Action.Tell(
                            new RelayEvent.Deferred(
                                    entry, remaining(), lastTrouble(), due, certainty)));
        }
        QueueChange change = change();
        actions.add(
                needsNotice()
                        ? new Action.Notify(entry, failed, relayed(proof), change)
                        : new Action.Change(change));
        return actions;
    }

    private Map<Mailbox, Diagnostic> relayed(TlsProof proof) {
        var said = new LinkedHashMap<Mailbox, Diagnostic>();
        relayed.forEach((recipient, reply) ->
                said.put(recipient, Diagnostic.said(reply, "the final dot", proof.host())));
        return said;
    }

    private QueueChange change() {
        if (waiting.isEmpty()) return new QueueChange.End(entry.id(), List.of());
        return new QueueChange.Defer(
                entry.id(), remaining(), entry.attempts() + 1, due, lastTrouble(), List.of());
    }

    private List<Mailbox> remaining() {
        return List.copyOf(waiting.keySet());
    }

    private Diagnostic lastTrouble() {
        return waiting.lastEntry().getValue();
    }
}
