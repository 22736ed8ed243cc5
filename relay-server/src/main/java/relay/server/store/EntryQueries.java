package relay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueId;
import relay.core.routing.Lane;

/// Finds entries on one connection, by the index that has them in the wanted order: it reads no row
/// more than it gives back, but the one that tells `next`. Confined to the connection's thread.
///
/// A row that cannot be understood is left out, and `unreadable` hears which: it must not keep the
/// others of its lane from their turn.
final class EntryQueries implements AutoCloseable {
    private static final String FROM = "SELECT " + EntryRows.COLUMNS + " FROM entry e ";
    private static final String OF_LANE =
            """
             CROSS JOIN lane l ON l.id = e.lane
            WHERE e.lane =
                (SELECT id FROM lane WHERE connector = ?1 AND next_hop = ?2 AND floor = ?3
                    AND message_tls = ?4)
            """;

    static final String DUE =
            FROM
                    + "INDEXED BY entry_due"
                    + OF_LANE
                    + "AND e.status = 0 ORDER BY e.next_attempt, e.message, e.idx";
    static final String DELAYED =
            FROM
                    + "INDEXED BY entry_age"
                    + OF_LANE
                    + "AND e.delay_notice = 0 AND e.status = 0"
                    + " ORDER BY e.accepted, e.message, e.idx";
    static final String OLDER =
            FROM
                    + "INDEXED BY entry_age"
                    + OF_LANE
                    + "AND e.delay_notice = 0 AND e.status = 0 UNION ALL "
                    + FROM
                    + "INDEXED BY entry_age"
                    + OF_LANE
                    + "AND e.delay_notice = 1 AND e.status = 0 ORDER BY 12, 1, 2";
    static final String OLDEST =
            FROM
                    + "INDEXED BY entry_age"
                    + OF_LANE
                    + "AND e.delay_notice = 0 UNION ALL "
                    + FROM
                    + "INDEXED BY entry_age"
                    + OF_LANE
                    + "AND e.delay_notice = 1 ORDER BY 12, 1, 2";
    static final String ALL =
            FROM
                    + "INDEXED BY entry_order"
                    + OF_LANE
                    + "AND (e.message, e.idx) > (?5, ?6) ORDER BY e.message, e.idx";
    private static final String NAMED =
            FROM
                    + "CROSS JOIN lane l ON l.id = e.lane WHERE e.message = ?5 AND e.idx = ?6"
                    + " AND l.connector = ?1 AND l.next_hop = ?2 AND l.floor = ?3"
                    + " AND l.message_tls = ?4";
    private static final String MESSAGE =
            FROM + "CROSS JOIN lane l ON l.id = e.lane WHERE e.message = ? ORDER BY e.idx";

    private final PreparedStatement due;
    private final PreparedStatement delayed;
    private final PreparedStatement older;
    private final PreparedStatement oldest;
    private final PreparedStatement all;
    private final PreparedStatement named;
    private final PreparedStatement message;
    private final Consumer<String> unreadable;

    EntryQueries(Connection connection, Consumer<String> unreadable) throws SQLException {
        this.unreadable = unreadable;
        due = connection.prepareStatement(DUE);
        delayed = connection.prepareStatement(DELAYED);
        older = connection.prepareStatement(OLDER);
        oldest = connection.prepareStatement(OLDEST);
        all = connection.prepareStatement(ALL);
        named = connection.prepareStatement(NAMED);
        message = connection.prepareStatement(MESSAGE);
    }

    Loaded load(LoadQuery query) throws SQLException {
        return switch (query) {
            case LoadQuery.Due(_, var now, _) -> {
                LaneTable.bind(due, query.lane());
                yield upTo(due, query, EntryRows.millis(now), Order.NEXT_ATTEMPT);
            }
            case LoadQuery.Older(_, var before, _) -> {
                LaneTable.bind(older, query.lane());
                yield upTo(older, query, lastBefore(before), Order.ACCEPTED);
            }
            case LoadQuery.Delayed(_, var before, _) -> {
                LaneTable.bind(delayed, query.lane());
                yield upTo(delayed, query, lastBefore(before), Order.ACCEPTED);
            }
            case LoadQuery.All(_, var after, _) -> {
                LaneTable.bind(all, query.lane());
                all.setLong(5, after.isEmpty() ? 0 : after.getFirst().message().value());
                all.setInt(6, after.isEmpty() ? 0 : after.getFirst().index());
                yield upTo(all, query, Long.MAX_VALUE, Order.ACCEPTED);
            }
            case LoadQuery.Named names -> named(names);
        };
    }

    private Loaded named(LoadQuery.Named query) throws SQLException {
        var found = new ArrayList<QueueEntry>();
        LaneTable.bind(named, query.lane());
        for (EntryId id : query.entries()) {
            named.setLong(5, id.message().value());
            named.setInt(6, id.index());
            try (ResultSet row = named.executeQuery()) {
                if (row.next()) addReadable(found, row);
            }
        }
        return new Loaded(query, found, Instant.MAX);
    }

    /// For people: held ones too.
    List<QueueEntry> oldest(Lane lane, int limit) throws SQLException {
        LoadQuery query = new LoadQuery.Older(lane, Instant.MAX, limit);
        LaneTable.bind(oldest, query.lane());
        return upTo(oldest, query, Long.MAX_VALUE, Order.ACCEPTED).entries();
    }

    List<QueueEntry> message(QueueId id) throws SQLException {
        var entries = new ArrayList<QueueEntry>();
        message.setLong(1, id.value());
        try (ResultSet row = message.executeQuery()) {
            while (row.next()) addReadable(entries, row);
        }
        return entries;
    }

    @Override
    public void close() throws SQLException {
        for (var statement : List.of(due, delayed, older, oldest, all, named, message))
            statement.close();
    }

    private enum Order {
        NEXT_ATTEMPT(5),
        ACCEPTED(12);

        private final int column;

        Order(int column) {
            this.column = column;
        }
    }

    /// The rows whose time is not above `lastMillis`; the first one after them tells `next`.
    private Loaded upTo(PreparedStatement ready, LoadQuery query, long lastMillis, Order order)
            throws SQLException {
        var entries = new ArrayList<QueueEntry>();
        try (ResultSet row = ready.executeQuery()) {
            while (row.next()) {
                long time = row.getLong(order.column);
                if (entries.size() == query.limit() || time > lastMillis) {
                    return new Loaded(query, entries, EntryRows.instant(time));
                }
                addReadable(entries, row);
            }
        }
        return new Loaded(query, entries, Instant.MAX);
    }

    private void addReadable(List<QueueEntry> entries, ResultSet row) throws SQLException {
        try {
            entries.add(EntryRows.read(row));
        } catch (IllegalArgumentException e) {
            var id = new EntryId(new QueueId(row.getLong(1)), row.getInt(2));
            unreadable.accept("entry " + id + ": " + e.getMessage());
        }
    }

    // Rows have whole milliseconds: those before 10.3 ms are 10 ms and less, those before 10.0 ms
    // are 9 ms and less.
    private static long lastBefore(Instant time) {
        return time.equals(Instant.MAX) ? Long.MAX_VALUE : EntryRows.millis(time.minusNanos(1));
    }
}
