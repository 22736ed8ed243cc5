package relay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.LaneRecord.Suspension;
import relay.core.routing.Lane;

/// Gives lanes their numbers and keeps their records. Confined to the writer's thread, but for the
/// static questions, which take a connection.
final class LaneTable implements AutoCloseable {
    private static final int REMEMBERED = 10_000;

    // Counts come from an index alone, the two times from the first row of an index each.
    private static final String CENSUS =
            """
            SELECT l.connector, l.next_hop, l.floor, l.message_tls, l.suspended, l.failures, l.retry_at,
                l.trouble, coalesce(c.queued, 0), coalesce(c.held, 0), coalesce(c.bytes, 0),
                (SELECT min(accepted) FROM (
                    SELECT min(accepted) AS accepted FROM entry INDEXED BY entry_age
                        WHERE lane = l.id AND delay_notice = 0
                    UNION ALL
                    SELECT min(accepted) FROM entry INDEXED BY entry_age
                        WHERE lane = l.id AND delay_notice = 1)),
                (SELECT min(next_attempt) FROM entry INDEXED BY entry_due
                    WHERE lane = l.id AND status = 0)
            FROM lane l LEFT JOIN (
                SELECT lane, sum(status = 0) AS queued, sum(status = 1) AS held, sum(size) AS bytes
                FROM entry INDEXED BY entry_order GROUP BY lane) c ON c.lane = l.id
            WHERE c.lane IS NOT NULL OR l.suspended OR l.failures
            ORDER BY l.connector, l.next_hop, l.floor, l.message_tls
            """;

    private static final String FORGET_IDLE =
            """
            DELETE FROM lane WHERE NOT suspended AND failures = 0
            AND NOT EXISTS (SELECT 1 FROM entry INDEXED BY entry_order WHERE lane = lane.id)
            """;

    private final PreparedStatement find;
    private final PreparedStatement add;
    private final PreparedStatement record;
    private final Map<Lane, Long> numbers =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Lane, Long> eldest) {
                    return size() > REMEMBERED;
                }
            };

    LaneTable(Connection connection) throws SQLException {
        find =
                connection.prepareStatement(
                        "SELECT id FROM lane WHERE connector = ? AND next_hop = ? AND floor = ?"
                                + " AND message_tls = ?");
        add =
                connection.prepareStatement(
                        "INSERT INTO lane (connector, next_hop, floor, message_tls)"
                                + " VALUES (?, ?, ?, ?)");
        record =
                connection.prepareStatement(
                        "UPDATE lane SET suspended = ?, failures = ?, retry_at = ?, trouble = ?"
                                + " WHERE id = ?");
    }

    /// The lane's number; it gets one where it has none.
    long number(Lane lane) throws SQLException {
        Long known = numbers.get(lane);
        if (known != null) return known;
        long number = find(lane);
        if (number == 0) {
            bind(add, lane);
            add.executeUpdate();
            number = find(lane);
        }
        numbers.put(lane, number);
        return number;
    }

    void record(LaneRecord lane) throws SQLException {
        record.setInt(1, lane.suspension() == Suspension.SUSPENDED ? 1 : 0);
        record.setInt(2, lane.failures());
        record.setLong(3, EntryRows.millis(lane.retryAt()));
        record.setString(4, DiagnosticJson.of(lane.lastTrouble()));
        record.setLong(5, number(lane.lane()));
        record.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        for (var statement : List.of(find, add, record)) statement.close();
    }

    /// Drops lanes that have neither entries nor a record worth keeping. At the start only, before
    /// any number is remembered.
    static void forgetIdle(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(FORGET_IDLE);
        }
    }

    static List<LaneCensus> census(Connection connection) throws SQLException {
        var lanes = new ArrayList<LaneCensus>();
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CENSUS)) {
            while (row.next()) lanes.add(read(row));
        }
        return lanes;
    }

    private static LaneCensus read(ResultSet row) throws SQLException {
        var lane =
                Lane.of(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        EntryRows.messageTls(row.getInt(4)));
        var record =
                new LaneRecord(
                        lane,
                        row.getInt(5) == 0 ? Suspension.NONE : Suspension.SUSPENDED,
                        row.getInt(6),
                        EntryRows.instant(row.getLong(7)),
                        DiagnosticJson.parse(row.getString(8)));
        return new LaneCensus(
                record,
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                timeOrMax(row, 12),
                timeOrMax(row, 13));
    }

    private static Instant timeOrMax(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? Instant.MAX : EntryRows.instant(millis);
    }

    private long find(Lane lane) throws SQLException {
        bind(find, lane);
        try (ResultSet row = find.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /// The first four parameters.
    static void bind(PreparedStatement statement, Lane lane) throws SQLException {
        statement.setString(1, lane.connector());
        statement.setString(2, lane.nextHopText());
        statement.setString(3, lane.floor());
        statement.setInt(4, EntryRows.of(lane.messageTls()));
    }
}
