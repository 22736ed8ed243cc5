package relay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry.EntryId;

/// Changes entries that go on. A change of an entry that has ended changes nothing. Confined to the
/// writer's thread.
final class EntryChanges implements AutoCloseable {
    private final LaneTable lanes;
    private final PreparedStatement defer;
    private final PreparedStatement setStatus;
    private final PreparedStatement delayNoticeSent;
    private final PreparedStatement makeDue;
    private final PreparedStatement release;
    private final PreparedStatement copyToLane;
    private final PreparedStatement end;

    EntryChanges(Connection connection, LaneTable lanes) throws SQLException {
        this.lanes = lanes;
        defer =
                connection.prepareStatement(
                        """
                        UPDATE entry SET recipients = ?, recipients_sum = ?, attempts = ?,
                            next_attempt = ?, trouble = ?
                        WHERE message = ? AND idx = ?
                        """);
        // Without a reason, the last trouble stays: a hold by the operator says nothing about it.
        setStatus =
                connection.prepareStatement(
                        """
                        UPDATE entry SET status = ?, trouble = coalesce(?, trouble)
                        WHERE message = ? AND idx = ?
                        """);
        delayNoticeSent =
                connection.prepareStatement(
                        "UPDATE entry SET delay_notice = 1 WHERE message = ? AND idx = ?");
        makeDue =
                connection.prepareStatement(
                        """
                        UPDATE entry INDEXED BY entry_due SET next_attempt = ?1
                        WHERE lane = ?2 AND status = 0 AND next_attempt > ?1
                        """);
        release =
                connection.prepareStatement(
                        """
                        UPDATE entry SET status = 0, next_attempt = ?
                        WHERE message = ? AND idx = ? AND status = 1
                        """);
        copyToLane =
                connection.prepareStatement(
                        EntryRows.INTO
                                + "SELECT message,"
                                + " (SELECT max(idx) + 1 FROM entry WHERE message = ?1), ?3,"
                                + " status, attempts, next_attempt, delay_notice, trouble, ?4, ?5, "
                                + EntryRows.ENVELOPE
                                + " FROM entry WHERE message = ?1 AND idx = ?2");
        end = connection.prepareStatement("DELETE FROM entry WHERE message = ? AND idx = ?");
    }

    void defer(QueueChange.Defer change) throws SQLException {
        if (change.remaining().isEmpty()) {
            throw new IllegalArgumentException(change.entry() + " goes on without a recipient");
        }
        String recipients = RecipientText.of(change.remaining());
        defer.setString(1, recipients);
        defer.setLong(2, EntryRows.sumOf(change.entry().message(), recipients));
        defer.setInt(3, change.attempts());
        defer.setLong(4, EntryRows.millis(change.nextAttempt()));
        defer.setString(5, DiagnosticJson.of(List.of(change.why())));
        bindEntry(defer, 6, change.entry());
        defer.executeUpdate();
    }

    void setStatus(QueueChange.SetStatus change) throws SQLException {
        setStatus.setInt(1, EntryRows.of(change.status()));
        setStatus.setString(2, DiagnosticJson.of(change.why()));
        bindEntry(setStatus, 3, change.entry());
        setStatus.executeUpdate();
    }

    void delayNoticeSent(EntryId entry) throws SQLException {
        bindEntry(delayNoticeSent, 1, entry);
        delayNoticeSent.executeUpdate();
    }

    void makeDue(QueueChange.MakeDue change) throws SQLException {
        makeDue.setLong(1, EntryRows.millis(change.now()));
        makeDue.setLong(2, lanes.number(change.lane()));
        makeDue.executeUpdate();
    }

    void release(QueueChange.Release change) throws SQLException {
        release.setLong(1, EntryRows.millis(change.now()));
        bindEntry(release, 2, change.entry());
        release.executeUpdate();
    }

    void move(QueueChange.Move change) throws SQLException {
        for (var part : change.parts()) {
            if (part.recipients().isEmpty()) {
                throw new IllegalArgumentException(change.entry() + " moves without a recipient");
            }
            bindEntry(copyToLane, 1, change.entry());
            copyToLane.setLong(3, lanes.number(part.lane()));
            String recipients = RecipientText.of(part.recipients());
            copyToLane.setString(4, recipients);
            copyToLane.setLong(5, EntryRows.sumOf(change.entry().message(), recipients));
            copyToLane.executeUpdate();
        }
        if (change.parts().isEmpty()) return;
        bindEntry(end, 1, change.entry());
        end.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        for (var statement :
                List.of(defer, setStatus, delayNoticeSent, makeDue, release, copyToLane, end)) {
            statement.close();
        }
    }

    private static void bindEntry(PreparedStatement statement, int at, EntryId entry)
            throws SQLException {
        statement.setLong(at, entry.message().value());
        statement.setInt(at + 1, entry.index());
    }
}
