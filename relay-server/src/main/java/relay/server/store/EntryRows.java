package relay.server.store;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.DelayNotice;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueueId;
import relay.core.routing.Lane;
import relay.core.tls.MessageTls;

/// An entry as a row: the entry's own columns, then its envelope's, which each entry of a message
/// repeats (most messages have one entry). Times are whole milliseconds since 1970, rounded down.
final class EntryRows {
    static final int QUEUED = 0;
    static final int HELD = 1;
    static final int NOT_SENT = 0;
    static final int SENT = 1;

    /// The envelope's columns, which all entries of a message have alike.
    static final String ENVELOPE =
            "sender, needs, size, accepted, connector, client, notice_request, envelope_sum";

    static final String INTO =
            "INSERT INTO entry (message, idx, lane, status, attempts, next_attempt, delay_notice,"
                    + " trouble, recipients, recipients_sum, "
                    + ENVELOPE
                    + ") ";

    static final String INSERT =
            INTO + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    /// What [#read] reads, of `entry e` and `lane l`.
    static final String COLUMNS =
            """
            e.message, e.idx, e.status, e.attempts, e.next_attempt, e.delay_notice, e.trouble,
            e.recipients, e.sender, e.needs, e.size, e.accepted, e.connector, e.client,
            l.connector, l.next_hop, l.floor, e.recipients_sum, e.envelope_sum,
            e.notice_request, l.message_tls
            """;

    private static final int EIGHT_BIT_MIME = 1;
    private static final int SMTP_UTF8 = 2;

    /// In the column `needs`, above the bits of the needs, what the message says of TLS.
    private static final int MESSAGE_TLS_SHIFT = 8;

    private EntryRows() {}

    /// Fills in [#INSERT].
    static void bind(PreparedStatement insert, QueueEntry entry, long lane) throws SQLException {
        Envelope envelope = entry.envelope();
        insert.setLong(1, entry.id().message().value());
        insert.setInt(2, entry.id().index());
        insert.setLong(3, lane);
        insert.setInt(4, of(entry.status()));
        insert.setInt(5, entry.attempts());
        insert.setLong(6, millis(entry.nextAttempt()));
        insert.setInt(7, entry.delayNotice() == DelayNotice.SENT ? SENT : NOT_SENT);
        insert.setString(8, DiagnosticJson.of(entry.lastTrouble()));
        String recipients = RecipientText.of(entry.recipients());
        insert.setString(9, recipients);
        insert.setLong(10, sumOf(entry.id().message(), recipients));
        bindEnvelope(insert, envelope);
    }

    private static void bindEnvelope(PreparedStatement insert, Envelope envelope)
            throws SQLException {
        String sender = RecipientText.of(envelope.sender());
        int needs = needs(envelope);
        long accepted = millis(envelope.acceptedAt());
        String client = withoutZone(envelope.client()).getHostAddress();
        insert.setString(11, sender);
        insert.setInt(12, needs);
        insert.setLong(13, envelope.sizeBytes());
        insert.setLong(14, accepted);
        insert.setString(15, envelope.receiveConnector());
        insert.setString(16, client);
        String request = NoticeRequestJson.of(envelope.noticeRequest());
        insert.setString(17, request);
        insert.setLong(
                18,
                sumOf(
                        envelope.id().value(),
                        request,
                        sender,
                        needs,
                        envelope.sizeBytes(),
                        accepted,
                        envelope.receiveConnector(),
                        client));
    }

    /// Of the envelope's columns. Rows of schema version 1, which knew no requests, have the same
    /// sum as rows without one.
    private static long sumOf(long message, @Nullable String request, Object... fields) {
        if (request == null) return Checksum.of(message, fields);
        return Checksum.of(message, Stream.concat(Stream.of(fields), Stream.of(request)).toArray());
    }

    /// Of the column `recipients`.
    static long sumOf(QueueId message, String recipients) {
        return Checksum.of(message.value(), recipients);
    }

    /// Throws [IllegalArgumentException] where the disk gives back something else than it was
    /// given: mail must not go to whom it was not for.
    private static void checkSums(ResultSet row) throws SQLException {
        long message = row.getLong(1);
        boolean recipients = Checksum.of(message, row.getString(8)) == row.getLong(18);
        long envelope =
                sumOf(
                        message,
                        row.getString(20),
                        row.getString(9),
                        row.getInt(10),
                        row.getLong(11),
                        row.getLong(12),
                        row.getString(13),
                        row.getString(14));
        if (!recipients || envelope != row.getLong(19)) {
            throw new IllegalArgumentException(
                    "it was damaged on the disk: its checksum is another");
        }
    }

    /// Reads [#COLUMNS]. Throws [IllegalArgumentException] where a value was not written by
    /// [#bind].
    static QueueEntry read(ResultSet row) throws SQLException {
        checkSums(row);
        var id = new QueueId(row.getLong(1));
        var envelope =
                new Envelope(
                        id,
                        RecipientText.parsePath(row.getString(9)),
                        needs(row.getInt(10)),
                        row.getLong(11),
                        instant(row.getLong(12)),
                        row.getString(13),
                        InetAddress.ofLiteral(row.getString(14)),
                        NoticeRequestJson.parse(row.getString(20)),
                        messageTlsOf(row.getInt(10)));
        return new QueueEntry(
                new EntryId(id, row.getInt(2)),
                envelope,
                Lane.of(
                        row.getString(15),
                        row.getString(16),
                        row.getString(17),
                        messageTls(row.getInt(21))),
                RecipientText.parse(row.getString(8)),
                row.getInt(3) == QUEUED ? EntryStatus.QUEUED : EntryStatus.HELD,
                row.getInt(4),
                instant(row.getLong(5)),
                DiagnosticJson.parse(row.getString(7)),
                row.getInt(6) == NOT_SENT ? DelayNotice.NOT_SENT : DelayNotice.SENT);
    }

    static int of(MessageTls wish) {
        return switch (wish) {
            case BY_POLICY -> 0;
            case REQUIRED -> 1;
            case NOT_REQUIRED -> 2;
        };
    }

    /// Throws [IllegalArgumentException] where the number was not made by [#of].
    static MessageTls messageTls(int number) {
        for (MessageTls wish : MessageTls.values()) if (of(wish) == number) return wish;
        throw new IllegalArgumentException("no word on TLS: " + number);
    }

    static int of(EntryStatus status) {
        return switch (status) {
            case QUEUED -> QUEUED;
            case HELD -> HELD;
        };
    }

    /// The times of rows that are not after `time` are not above this.
    static long millis(Instant time) {
        try {
            return time.toEpochMilli();
        } catch (ArithmeticException _) {
            return time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    static Instant instant(long millis) {
        return millis == Long.MAX_VALUE ? Instant.MAX : Instant.ofEpochMilli(millis);
    }

    /// The column `needs`.
    static int needs(Envelope envelope) {
        return of(envelope.needs()) | of(envelope.messageTls()) << MESSAGE_TLS_SHIFT;
    }

    /// What the column `needs` says of TLS. Throws as [#messageTls].
    static MessageTls messageTlsOf(int needs) {
        return messageTls(needs >> MESSAGE_TLS_SHIFT);
    }

    private static int of(Set<Need> needs) {
        return (needs.contains(Need.EIGHT_BIT_MIME) ? EIGHT_BIT_MIME : 0)
                | (needs.contains(Need.SMTP_UTF8) ? SMTP_UTF8 : 0);
    }

    /// What the column `needs` says of the content.
    static Set<Need> needs(int bits) {
        if (bits == 0) return Set.of();
        var needs = EnumSet.noneOf(Need.class);
        if ((bits & EIGHT_BIT_MIME) != 0) needs.add(Need.EIGHT_BIT_MIME);
        if ((bits & SMTP_UTF8) != 0) needs.add(Need.SMTP_UTF8);
        return needs;
    }

    // The zone of a link-local address means nothing after a restart.
    private static InetAddress withoutZone(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
