package relay.core.delivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.delivery.DialogueTimeouts.Wait;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.Rejected;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;

/// An entry on the way through MAIL, RCPT, DATA and the content: what the host said of whom, and what
/// it has to answer next. Confined to the session's thread.
final class Transaction {
    /// RFC 5321 §4.5.3.1.10: a host may say 552 where it means "too many recipients for now".
    private static final int EXCEEDED_STORAGE = 552;

    private static final EnhancedStatus UNSPECIFIED = new EnhancedStatus(5, 0, 0);
    private static final EnhancedStatus TOO_MANY = new EnhancedStatus(5, 5, 3);

    private final QueueEntry entry;
    private final Map<Mailbox, DeliveryOutcome> outcomes = new LinkedHashMap<>();
    private final List<Mailbox> accepted = new ArrayList<>();
    private Wait waitingFor;
    private int answeredRecipients;
    private Touch touch = Touch.UNTOUCHED;
    private MailVerdict mailVerdict = MailVerdict.ACCEPTED;

    private enum Touch {
        UNTOUCHED,
        ANSWERED
    }

    private enum MailVerdict {
        ACCEPTED,
        REFUSED
    }

    Transaction(QueueEntry entry, Wait first) {
        this.entry = entry;
        this.waitingFor = first;
    }

    QueueEntry entry() {
        return entry;
    }

    /// What the host answers or does next.
    Wait waitingFor() {
        return waitingFor;
    }

    void waitFor(Wait next) {
        waitingFor = next;
    }

    /// Whether the host has said nothing of it yet.
    boolean isUntouched() {
        return touch == Touch.UNTOUCHED;
    }

    boolean isFinalDotBegun() {
        return waitingFor == Wait.FINAL_DOT;
    }

    boolean isMailRefused() {
        return mailVerdict == MailVerdict.REFUSED;
    }

    boolean hasAccepted() {
        return !accepted.isEmpty();
    }

    boolean allRecipientsAnswered() {
        return answeredRecipients == entry.recipients().size();
    }

    Mailbox nextRecipient() {
        return entry.recipients().get(answeredRecipients);
    }

    void mailAnswered(Reply reply, Diagnostic said) {
        touch = Touch.ANSWERED;
        if (isPositive(reply)) return;
        mailVerdict = MailVerdict.REFUSED;
        settleRest(verdict(reply, said));
    }

    void recipientAnswered(Reply reply, Diagnostic said) {
        Mailbox recipient = entry.recipients().get(answeredRecipients++);
        if (isPositive(reply)) {
            accepted.add(recipient);
        } else if (isTooManyRecipients(reply)) {
            outcomes.putIfAbsent(recipient, new Deferred(said));
        } else {
            outcomes.putIfAbsent(recipient, verdict(reply, said));
        }
    }

    private static boolean isTooManyRecipients(Reply reply) {
        return reply.code() == EXCEEDED_STORAGE
                && (reply.status().equals(UNSPECIFIED) || reply.status().equals(TOO_MANY));
    }

    /// The outcome of every recipient that has none yet.
    void settleRest(DeliveryOutcome outcome) {
        entry.recipients().forEach(recipient -> outcomes.putIfAbsent(recipient, outcome));
    }

    Map<Mailbox, DeliveryOutcome> outcomes() {
        return Map.copyOf(outcomes);
    }

    /// A 5yz is for good, all else that is no success may pass.
    static DeliveryOutcome verdict(Reply reply, Diagnostic said) {
        return reply.isPermanent() ? new Rejected(said) : new Deferred(said);
    }

    static boolean isPositive(Reply reply) {
        return reply.code() / 100 == 2;
    }
}
