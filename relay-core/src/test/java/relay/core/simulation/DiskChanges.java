package relay.core.simulation;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.LaneRecord;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.DelayNotice;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;

/// Changes what is on the disk, as the store's contract has it: a change for an entry that has
/// ended does nothing, but its notices become messages. Times are kept in whole milliseconds.
record DiskChanges(SimDisk disk) {

    /// Returns the messages that came with the change.
    List<QueuedMessage> apply(QueueChange change) {
        return switch (change) {
            case QueueChange.End(var id, var notices) -> {
                end(id);
                yield addAll(notices);
            }
            case QueueChange.Defer defer -> {
                replace(defer.entry(), entry -> deferred(entry, defer));
                yield addAll(defer.notices());
            }
            case QueueChange.DelayNoticeSent(var id, var notices) -> {
                replace(id, e -> with(e, e.status(), e.nextAttempt(), DelayNotice.SENT));
                yield addAll(notices);
            }
            case QueueChange.SetStatus(var id, var status, var why) -> {
                replace(id, e -> troubled(with(e, status, e.nextAttempt(), e.delayNotice()), why));
                yield List.of();
            }
            case QueueChange.MakeDue(var lane, var now) -> {
                makeDue(lane, now);
                yield List.of();
            }
            case QueueChange.Release(var id, var now) -> {
                replace(id, e -> with(e, EntryStatus.QUEUED, now, e.delayNotice()));
                yield List.of();
            }
            case QueueChange.Move(var id, var parts) -> {
                move(id, parts);
                yield List.of();
            }
            case QueueChange.RecordLane(LaneRecord record) -> {
                disk.records.put(record.lane(), record);
                yield List.of();
            }
        };
    }

    private List<QueuedMessage> addAll(List<Notice> notices) {
        for (Notice notice : notices) {
            byte[] content = new byte[notice.content().remaining()];
            notice.content().duplicate().get(content);
            disk.accept(notice.message(), content);
        }
        return notices.stream().map(Notice::message).toList();
    }

    private void end(EntryId id) {
        disk.entries.remove(id);
        if (disk.ofMessage(id.message()).isEmpty()) disk.contents.remove(id.message());
    }

    private void replace(EntryId id, UnaryOperator<QueueEntry> change) {
        disk.entries.computeIfPresent(id, (_, entry) -> change.apply(entry));
    }

    private void makeDue(Lane lane, Instant now) {
        for (QueueEntry entry : List.copyOf(disk.entries.values())) {
            boolean later = entry.nextAttempt().isAfter(now);
            boolean queued = entry.status() == EntryStatus.QUEUED;
            if (!entry.lane().equals(lane) || !queued || !later) continue;
            disk.entries.put(entry.id(), with(entry, EntryStatus.QUEUED, now, entry.delayNotice()));
        }
    }

    private void move(EntryId id, List<QueueChange.Move.Part> parts) {
        QueueEntry old = disk.find(id);
        if (old == null || parts.isEmpty()) return;
        for (QueueChange.Move.Part part : parts) {
            int next = disk.ofMessage(id.message()).getLast().id().index() + 1;
            var moved = new EntryId(id.message(), next);
            disk.entries.put(moved, moved(old, moved, part.lane(), part.recipients()));
        }
        disk.entries.remove(id);
    }

    private static QueueEntry moved(
            QueueEntry old, EntryId id, Lane lane, List<Mailbox> recipients) {
        return new QueueEntry(
                id,
                old.envelope(),
                lane,
                recipients,
                old.status(),
                old.attempts(),
                old.nextAttempt(),
                old.lastTrouble(),
                old.delayNotice());
    }

    private static QueueEntry deferred(QueueEntry entry, QueueChange.Defer defer) {
        return new QueueEntry(
                entry.id(),
                entry.envelope(),
                entry.lane(),
                defer.remaining(),
                entry.status(),
                defer.attempts(),
                defer.nextAttempt().truncatedTo(ChronoUnit.MILLIS),
                List.of(defer.why()),
                entry.delayNotice());
    }

    private static QueueEntry troubled(QueueEntry entry, List<Diagnostic> why) {
        return new QueueEntry(
                entry.id(),
                entry.envelope(),
                entry.lane(),
                entry.recipients(),
                entry.status(),
                entry.attempts(),
                entry.nextAttempt(),
                why.isEmpty() ? entry.lastTrouble() : new ArrayList<>(why),
                entry.delayNotice());
    }

    static QueueEntry with(
            QueueEntry entry, EntryStatus status, Instant nextAttempt, DelayNotice notice) {
        return new QueueEntry(
                entry.id(),
                entry.envelope(),
                entry.lane(),
                entry.recipients(),
                status,
                entry.attempts(),
                nextAttempt.truncatedTo(ChronoUnit.MILLIS),
                entry.lastTrouble(),
                notice);
    }
}
