package relay.server.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.ContentSource.Reading;
import relay.core.queue.QueueId;

/// Looks at every octet of a queue: pages and indexes, every entry, every content with its
/// checksums, and what belongs to nothing. Beside a running relay, or alone.
///
/// It repairs only what nothing can be lost by: indexes, and contents that belong to no message.
public final class QueueCheck {
    private static final String INTEGRITY = "PRAGMA integrity_check(100)";
    private static final String NO_LANE = "entry WHERE lane NOT IN (SELECT id FROM lane)";
    private static final List<String> ORPHANS =
            List.of(
                    "content WHERE id NOT IN (SELECT message FROM entry)",
                    "chunked WHERE id NOT IN (SELECT message FROM entry)",
                    "chunk WHERE message NOT IN (SELECT message FROM entry)");
    private static final int BATCH = 1000;

    private final Path folder;
    private final Consumer<String> out;
    private final List<String> damaged = new ArrayList<>();
    private long messages;
    private long bytes;

    private QueueCheck(Path folder, Consumer<String> out) {
        this.folder = folder;
        this.out = out;
    }

    /// Whether to look only, or to mend what can be.
    public enum Repair {
        NO,
        YES
    }

    /// Looks at the queue of `folder` and says on `out`, a line each, what was found and what was
    /// done. True where all is sound. Throws [StoreException] where there is no queue, where it
    /// cannot be read, or where it is to be repaired while a relay has it. Blocks; a gibibyte takes
    /// some seconds.
    public static boolean run(Path folder, Repair repair, Consumer<String> out) {
        Path file = folder.resolve(Schema.FILE);
        if (!Files.exists(file)) throw new StoreException("There is no queue in " + folder + ".");
        FolderLock lock = null;
        try {
            lock = FolderLock.take(folder);
            Soundness.checkFiles(folder, lock.past());
        } catch (StoreException e) {
            boolean inUse = lock == null && e.getCause() instanceof SQLException;
            if (!inUse) {
                Schema.closeQuietly(lock);
                throw e;
            }
            if (repair == Repair.YES) throw running(folder, e);
            out.accept("a relay has this queue: it goes on, and nothing is repaired");
        } catch (SQLException e) {
            Schema.closeQuietly(lock);
            throw Schema.unreadable(file, e);
        }
        try (FolderLock _ = lock) {
            var check = new QueueCheck(folder, out);
            if (repair == Repair.YES) check.repair();
            check.look(lock == null ? Company.A_RELAY : Company.NONE);
            return check.damaged.isEmpty();
        } catch (SQLException e) {
            throw Schema.unreadable(file, e);
        }
    }

    private static StoreException running(Path folder, StoreException inUse) {
        String advice =
                "A relay runs with the queue of "
                        + folder
                        + ", and nothing is repaired under it. Stop it, repair, and start it again;"
                        + " without --repair the queue is looked at while it runs.";
        return new StoreException(advice, inUse);
    }

    private enum Company {
        A_RELAY,
        NONE
    }

    private void look(Company company) throws SQLException {
        try (var reader = new Reader(folder, "queue-check");
                var contents = new Contents(folder, new ContentCache(0));
                var view = new DiskView(folder, this::damage)) {
            reader.ask(all -> integrity(all.connection()))
                    .forEach(what -> damage("the file: " + what));
            long astray = reader.ask(all -> count(NO_LANE, all.connection()));
            if (astray > 0) damage(astray + " entries are in no lane");
            List<QueueId> batch = reader.ask(all -> after(0, all));
            while (!batch.isEmpty()) {
                batch.forEach(id -> message(id, view, contents));
                long last = batch.getLast().value();
                batch = reader.ask(all -> after(last, all));
            }
            long orphans = reader.ask(all -> orphans(all.connection()));
            int fresh = reader.ask(all -> fresh(all.connection()));
            if (company == Company.NONE) {
                String givenUp = reader.ask(all -> givenUp(all.connection()));
                if (!givenUp.isEmpty()) out.accept(givenUp);
            }
            if (fresh > 0 && company == Company.NONE) {
                out.accept(
                        fresh
                                + " groups of mail are in "
                                + FreshLog.FILE
                                + " alone: the next start takes them over, and then they are"
                                + " looked at");
            }
            if (orphans > 0 && fresh == 0 && company == Company.NONE) {
                out.accept(
                        orphans
                                + " pieces of content belong to no message: the next start, or"
                                + " --repair, deletes them");
            }
        }
        out.accept(messages + " messages, " + bytes + " bytes of content read");
        out.accept(damaged.isEmpty() ? "sound" : damaged.size() + " places are damaged");
    }

    /// What SQLite finds wrong with pages and indexes.
    private static List<String> integrity(Connection connection) throws SQLException {
        var wrong = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(INTEGRITY)) {
            while (rows.next()) {
                if (!rows.getString(1).equals("ok")) wrong.add(rows.getString(1));
            }
        }
        return wrong;
    }

    private static long count(String what, Connection connection) throws SQLException {
        return Schema.number(connection, "SELECT count(*) FROM " + what);
    }

    private static List<QueueId> after(long last, Reader reader) throws SQLException {
        var found = new ArrayList<QueueId>();
        var statement =
                reader.statement(
                        "SELECT DISTINCT message FROM entry WHERE message > ? ORDER BY message"
                                + " LIMIT "
                                + BATCH);
        statement.setLong(1, last);
        try (var rows = statement.executeQuery()) {
            while (rows.next()) found.add(new QueueId(rows.getLong(1)));
        }
        return found;
    }

    /// A message that a running relay ends meanwhile is nothing to complain of.
    private void message(QueueId id, DiskView view, Contents contents) {
        if (view.message(id).isEmpty()) return;
        messages++;
        long size = 0;
        try (Reading reading = contents.open(id)) {
            for (byte[] piece = reading.next(); piece.length > 0; piece = reading.next()) {
                size += piece.length;
            }
        } catch (ContentLost lost) {
            if (!view.message(id).isEmpty()) damage(String.valueOf(lost.getMessage()));
            return;
        }
        bytes += size;
    }

    /// How many blocks a crash has left that the queue's file does not have yet: contents in the
    /// file may belong to their messages.
    private int fresh(Connection connection) throws SQLException {
        long epoch = epoch(connection);
        try {
            return epoch == 0 ? 0 : FreshLog.read(folder, epoch).size();
        } catch (IOException e) {
            throw new SQLException(FreshLog.FILE + ": " + e.getMessage(), e);
        }
    }

    private String givenUp(Connection connection) throws SQLException {
        long epoch = epoch(connection);
        try {
            return epoch == 0 ? "" : FreshLog.givenUp(folder, epoch);
        } catch (IOException e) {
            throw new SQLException(FreshLog.FILE + ": " + e.getMessage(), e);
        }
    }

    private static long epoch(Connection connection) throws SQLException {
        return Schema.number(connection, "SELECT value FROM meta WHERE name = 'epoch'");
    }

    private static long orphans(Connection connection) throws SQLException {
        long found = 0;
        for (String orphans : ORPHANS) {
            found += count(orphans, connection);
        }
        return found;
    }

    private void repair() throws SQLException {
        Connection connection = Schema.openReader(folder);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = OFF");
            statement.execute("PRAGMA synchronous = FULL");
            List<String> indexes =
                    integrity(connection).stream().filter(what -> what.contains("index")).toList();
            if (!indexes.isEmpty()) {
                statement.execute("REINDEX");
                indexes.forEach(what -> out.accept("repaired, an index: " + what));
            }
            if (fresh(connection) > 0) {
                out.accept(
                        "no content is deleted while "
                                + FreshLog.FILE
                                + " has mail for the next start, which some may belong to");
                return;
            }
            for (String orphans : ORPHANS) {
                int deleted = statement.executeUpdate("DELETE FROM " + orphans);
                if (deleted > 0) out.accept("repaired: " + deleted + " deleted of " + orphans);
            }
        } finally {
            Schema.closeQuietly(connection);
        }
    }

    private void damage(String what) {
        damaged.add(what);
        out.accept("damaged: " + what);
    }
}
