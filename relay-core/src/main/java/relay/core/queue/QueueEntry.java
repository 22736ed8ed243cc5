package relay.core.queue;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import relay.core.address.Mailbox;
import relay.core.routing.Lane;

/// Recipients of one message that share a lane, and transactions, and have not ended yet: what is
/// attempted, what waits and what ends; each recipient once. A message lives as long as it has an
/// entry.
///
/// `attempts` counts the attempts in which a host judged this entry, or the connection was lost on
/// it; a host that could not be reached at all is the lane's trouble ([LaneRecord]). `nextAttempt`
/// is not before the acceptance. `lastTrouble` has the last diagnostic or none.
public record QueueEntry(
        EntryId id,
        Envelope envelope,
        Lane lane,
        List<Mailbox> recipients,
        EntryStatus status,
        int attempts,
        Instant nextAttempt,
        List<Diagnostic> lastTrouble,
        DelayNotice delayNotice) {

    /// An entry is known by its message and its place among the message's entries, from 0.
    public record EntryId(QueueId message, int index) {
        @Override
        public String toString() {
            return message + (index == 0 ? "" : "/" + index);
        }
    }

    /// What the disk says of an entry. Whether a queued one is being attempted, due or waiting is
    /// the scheduler's to say.
    public enum EntryStatus {
        QUEUED,
        /// Not attempted until `resume`: by the operator, or by `onTlsFailure: hold`.
        HELD
    }

    /// Whether the sender has been told that it takes long.
    public enum DelayNotice {
        NOT_SENT,
        SENT
    }

    public QueueEntry {
        recipients = List.copyOf(new LinkedHashSet<>(recipients));
        lastTrouble = List.copyOf(lastTrouble);
        if (recipients.isEmpty()) throw new IllegalArgumentException("an entry has a recipient");
    }

    /// A new entry, due at once.
    public static QueueEntry fresh(
            Envelope envelope, int index, Lane lane, List<Mailbox> recipients) {
        return new QueueEntry(
                new EntryId(envelope.id(), index),
                envelope,
                lane,
                recipients,
                EntryStatus.QUEUED,
                0,
                envelope.acceptedAt(),
                List.of(),
                DelayNotice.NOT_SENT);
    }

    public Optional<Diagnostic> trouble() {
        return lastTrouble.stream().findFirst();
    }
}
