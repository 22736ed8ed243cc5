package relay.core.queue;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import relay.core.address.Mailbox;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.routing.Lane;

/// A change to what is queued. Changes are made durable in the order they are handed over, many in
/// one transaction; after a crash some of the last may be missing, none is half made.
public sealed interface QueueChange {

    /// The entry has ended: every recipient was delivered, bounced or removed. The message goes
    /// with its last entry. Each of `notices` becomes a queued message in the same transaction.
    record End(EntryId entry, List<Notice> notices) implements QueueChange {
        public End {
            notices = List.copyOf(notices);
        }
    }

    /// Some recipients go on; the others have ended. `remaining` has at least one.
    record Defer(
            EntryId entry,
            List<Mailbox> remaining,
            int attempts,
            Instant nextAttempt,
            Diagnostic why,
            List<Notice> notices)
            implements QueueChange {
        public Defer {
            remaining = List.copyOf(remaining);
            notices = List.copyOf(notices);
        }
    }

    /// The operator's hold, or its end; `why` has the diagnostic of a hold by `onTlsFailure`.
    record SetStatus(EntryId entry, QueueEntry.EntryStatus status, List<Diagnostic> why)
            implements QueueChange {
        public SetStatus {
            why = List.copyOf(why);
        }
    }

    /// Makes entries of a lane due at once: the operator's `retry`.
    record MakeDue(Lane lane, Instant now) implements QueueChange {}

    /// A held entry becomes a queued one, due at once: the operator's `resume` of one message.
    record Release(EntryId entry, Instant now) implements QueueChange {}

    /// The sender has been told of the delay, by each of `notices`.
    record DelayNoticeSent(EntryId entry, List<Notice> notices) implements QueueChange {
        public DelayNoticeSent {
            notices = List.copyOf(notices);
        }
    }

    /// The entry's recipients go on in other lanes, since the routing changed, or in several entries
    /// of its own, since a host does not take them all at once; with its attempts and times. The
    /// store numbers the new entries.
    record Move(EntryId entry, List<Part> parts) implements QueueChange {
        public record Part(Lane lane, List<Mailbox> recipients) {
            public Part {
                recipients = List.copyOf(recipients);
            }
        }

        public Move {
            parts = List.copyOf(parts);
        }
    }

    record RecordLane(LaneRecord record) implements QueueChange {}

    /// A message of our own, complete with its content: lines ended by CR LF, not dot-stuffed. The
    /// buffer is read-only and shared; whoever reads it takes a duplicate.
    record Notice(QueuedMessage message, ByteBuffer content) {}
}
