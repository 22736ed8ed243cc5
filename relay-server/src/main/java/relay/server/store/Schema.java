package relay.server.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/// The queue's file: its tables, its version, and how connections to it are set up.
final class Schema {
    static final String FILE = "queue.db";
    static final int VERSION = 4;

    /// "RLAY": what makes the file ours.
    private static final int APPLICATION_ID = 0x524C4159;

    /// Set before the first table: they stand in the file for good.
    private static final List<String> NEW_FILE = List.of("PRAGMA page_size = 4096");

    // FULL: each commit is synced. The pages of one checkpoint are written several times less when
    // it has more of them; the journal stays below 64 MiB unless one transaction is larger.
    private static final List<String> WRITER =
            List.of(
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA synchronous = FULL",
                    "PRAGMA wal_autocheckpoint = 4000",
                    "PRAGMA journal_size_limit = 67108864",
                    "PRAGMA cache_size = -16384",
                    "PRAGMA temp_store = MEMORY",
                    "PRAGMA busy_timeout = 5000");

    private static final List<String> READER =
            List.of(
                    "PRAGMA query_only = ON",
                    "PRAGMA cache_size = -4096",
                    "PRAGMA temp_store = MEMORY",
                    "PRAGMA busy_timeout = 5000");

    private static final List<String> TABLES =
            List.of(
                    """
                    CREATE TABLE meta (
                        name TEXT PRIMARY KEY,
                        value NOT NULL
                    ) WITHOUT ROWID
                    """,
                    """
                    CREATE TABLE lane (
                        id INTEGER PRIMARY KEY,
                        connector TEXT NOT NULL,
                        next_hop TEXT NOT NULL,
                        floor TEXT NOT NULL,
                        suspended INTEGER NOT NULL DEFAULT 0,
                        failures INTEGER NOT NULL DEFAULT 0,
                        retry_at INTEGER NOT NULL DEFAULT 0,
                        trouble TEXT,
                        UNIQUE (connector, next_hop, floor)
                    )
                    """,
                    """
                    CREATE TABLE entry (
                        message INTEGER NOT NULL,
                        idx INTEGER NOT NULL,
                        lane INTEGER NOT NULL,
                        status INTEGER NOT NULL,
                        attempts INTEGER NOT NULL,
                        next_attempt INTEGER NOT NULL,
                        delay_notice INTEGER NOT NULL,
                        trouble TEXT,
                        recipients TEXT NOT NULL,
                        sender TEXT NOT NULL,
                        needs INTEGER NOT NULL,
                        size INTEGER NOT NULL,
                        accepted INTEGER NOT NULL,
                        connector TEXT NOT NULL,
                        client TEXT NOT NULL,
                        envelope_sum INTEGER NOT NULL,
                        recipients_sum INTEGER NOT NULL,
                        PRIMARY KEY (message, idx)
                    ) WITHOUT ROWID
                    """,
                    "CREATE INDEX entry_due ON entry (lane, next_attempt, message, idx)"
                            + " WHERE status = 0",
                    "CREATE INDEX entry_age ON entry (lane, delay_notice, accepted, message, idx)",
                    "CREATE INDEX entry_order ON entry (lane, message, idx, status, size)",
                    """
                    CREATE TABLE content (
                        id INTEGER PRIMARY KEY,
                        sum INTEGER NOT NULL,
                        bytes BLOB NOT NULL
                    )
                    """,
                    "CREATE TABLE chunked (id INTEGER PRIMARY KEY, chunks INTEGER NOT NULL)",
                    """
                    CREATE TABLE chunk (
                        message INTEGER NOT NULL,
                        seq INTEGER NOT NULL,
                        sum INTEGER NOT NULL,
                        bytes BLOB NOT NULL,
                        PRIMARY KEY (message, seq)
                    ) WITHOUT ROWID
                    """,
                    """
                    CREATE VIEW queue AS
                    SELECT e.message, e.idx, l.connector || '/' || l.next_hop
                               || iif(l.floor = '', '', '+' || l.floor) AS lane,
                           iif(e.status = 0, 'queued', 'held') AS status,
                           e.attempts,
                           datetime(e.accepted / 1000, 'unixepoch') AS accepted,
                           datetime(e.next_attempt / 1000, 'unixepoch') AS next_attempt,
                           e.size, e.sender, e.recipients,
                           e.trouble ->> '$[0].text' AS trouble
                    FROM entry e JOIN lane l ON l.id = e.lane
                    """);

    /// What the sender asked for concerning notices ([NoticeRequestJson]).
    private static final List<String> VERSION_2 =
            List.of("ALTER TABLE entry ADD COLUMN notice_request TEXT");

    /// What the messages of a lane say of TLS ([EntryRows#of]). SQLite cannot add a column to a
    /// UNIQUE, so the table is made anew; the view goes by its name.
    private static final List<String> VERSION_3 =
            List.of(
                    "DROP VIEW queue",
                    """
                    CREATE TABLE new_lane (
                        id INTEGER PRIMARY KEY,
                        connector TEXT NOT NULL,
                        next_hop TEXT NOT NULL,
                        floor TEXT NOT NULL,
                        message_tls INTEGER NOT NULL,
                        suspended INTEGER NOT NULL DEFAULT 0,
                        failures INTEGER NOT NULL DEFAULT 0,
                        retry_at INTEGER NOT NULL DEFAULT 0,
                        trouble TEXT,
                        UNIQUE (connector, next_hop, floor, message_tls)
                    )
                    """,
                    """
                    INSERT INTO new_lane
                    SELECT id, connector, next_hop, floor, 0, suspended, failures, retry_at, trouble
                    FROM lane
                    """,
                    "DROP TABLE lane",
                    "ALTER TABLE new_lane RENAME TO lane",
                    """
                    CREATE VIEW queue AS
                    SELECT e.message, e.idx, l.connector || '/' || l.next_hop
                               || iif(l.floor = '', '', '+' || l.floor)
                               || iif(l.message_tls = 0, '',
                                      iif(l.message_tls = 1, ',requiretls', ',tls-not-required'))
                               AS lane,
                           iif(e.status = 0, 'queued', 'held') AS status,
                           e.attempts,
                           datetime(e.accepted / 1000, 'unixepoch') AS accepted,
                           datetime(e.next_attempt / 1000, 'unixepoch') AS next_attempt,
                           e.size, e.sender, e.recipients,
                           e.trouble ->> '$[0].text' AS trouble
                    FROM entry e JOIN lane l ON l.id = e.lane
                    """);

    private Schema() {}

    /// The writer's connection, to a file of this version. Throws [StoreException] where the file
    /// is not a queue, is damaged, or was made by a newer relay.
    static Connection openWriter(Path folder, Soundness.When check) {
        Path file = folder.resolve(FILE);
        Connection connection = null;
        try {
            FolderLock.ownFile(file);
            connection = connect(file);
            prepare(connection, file, check);
            return connection;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            closeQuietly(connection);
            throw unreadable(file, e);
        } catch (StoreException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    /// A connection that only reads.
    static Connection openReader(Path folder) throws SQLException {
        Connection connection = connect(folder.resolve(FILE));
        runAll(connection, READER);
        return connection;
    }

    static StoreException unreadable(Path file, SQLException cause) {
        return new StoreException(
                "The queue file "
                        + file
                        + " cannot be read: "
                        + cause.getMessage()
                        + ". See docs/queue.md, \"When the file is damaged\".",
                cause);
    }

    static void closeQuietly(@Nullable AutoCloseable resource) {
        if (resource == null) return;
        try {
            resource.close();
        } catch (Exception _) {
            // Nothing is lost by it: what was committed is on disk, and the process lets go of the
            // file anyway.
        }
    }

    /// Whether the trouble is with the one thing that was written, and not with file or disk.
    static boolean isOnlyThisOne(Throwable failure) {
        if (!(failure instanceof SQLException)) return failure instanceof RuntimeException;
        return failure instanceof SQLiteException sqlite
                && switch (sqlite.getResultCode().code & 0xFF) {
                    case 18, 19, 20, 25 -> true; // TOOBIG, CONSTRAINT, MISMATCH, RANGE
                    default -> false;
                };
    }

    private static Connection connect(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    private static void prepare(Connection connection, Path file, Soundness.When check)
            throws SQLException {
        int version = (int) number(connection, "PRAGMA user_version");
        int applicationId = (int) number(connection, "PRAGMA application_id");
        boolean empty = number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        if (!empty && applicationId != APPLICATION_ID) {
            throw new StoreException(
                    file + " is an SQLite file, but not the queue of a relay. Move it away.");
        }
        if (version > VERSION) {
            throw new StoreException(
                    file
                            + " was written by a newer relay: its schema version is "
                            + version
                            + ", this relay knows "
                            + VERSION
                            + ". Start the newer relay again; the queue cannot be taken back.");
        }
        if (version == 0) runAll(connection, NEW_FILE);
        runAll(connection, WRITER);
        boolean first = check == Soundness.When.FIRST || version < VERSION;
        if (version > 0 && first) Soundness.checkTables(connection);
        migrate(connection, version);
    }

    /// Brings the tables from `version` to [#VERSION], each step in a transaction of its own.
    private static void migrate(Connection connection, int version) throws SQLException {
        if (version < 1) step(connection, 1, TABLES);
        if (version < 2) step(connection, 2, VERSION_2);
        if (version < 3) step(connection, 3, VERSION_3);
        // `epoch` in `meta`, and mail in the fresh log, which an older relay would not look for.
        if (version < 4) step(connection, 4, List.of());
    }

    private static void step(Connection connection, int to, List<String> commands)
            throws SQLException {
        runAll(connection, List.of("BEGIN IMMEDIATE"));
        runAll(connection, commands);
        runAll(
                connection,
                List.of(
                        "PRAGMA application_id = " + APPLICATION_ID,
                        "PRAGMA user_version = " + to,
                        "COMMIT"));
    }

    static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static void runAll(Connection connection, List<String> commands) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String command : commands) statement.execute(command);
        }
    }
}
