package relay.server.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/// Looks for damage before a queue is used, where SQLite would go on without a word: it takes an
/// empty file for a new one, reads the journal up to the first octet that is wrong, and finds a
/// broken page only when it needs it.
final class Soundness {
    private static final int HEADER_BYTES = 32;
    private static final int FRAME_HEADER_BYTES = 24;

    private Soundness() {}

    enum Past {
        /// A queue has been here before.
        USED,
        NEW
    }

    /// When the tables of a queue are looked through: it takes a second for some 100 MiB.
    enum When {
        FIRST,
        /// By [LateCheck], while the queue is used already.
        MEANWHILE
    }

    static When when(Path folder, long checkedFirstBytes) {
        try {
            return sizeOf(folder.resolve(Schema.FILE)) <= checkedFirstBytes
                    ? When.FIRST
                    : When.MEANWHILE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Before SQLite opens the files: when the queue's is empty it deletes the journal. Throws
    /// [StoreException].
    static void checkFiles(Path folder, Past past) {
        Path file = folder.resolve(Schema.FILE);
        Path journal = folder.resolve(Schema.FILE + "-wal");
        try {
            boolean empty = sizeOf(file) == 0;
            if (empty && (past == Past.USED || sizeOf(journal) > 0)) {
                throw new StoreException(
                        "The queue file "
                                + file
                                + (Files.exists(file) ? " is empty" : " is gone")
                                + ", and there was a queue in this folder. Put it back, or give up"
                                + " its mail: see docs/queue.md, \"When the file is damaged\".");
            }
            if (sizeOf(journal) > HEADER_BYTES) checkJournal(journal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Pages, indexes, and that every entry is in a lane. Reads the whole file. Throws
    /// [SQLException] that says what is wrong.
    static void checkTables(Connection connection) throws SQLException {
        for (String check : new String[] {"quick_check(1)", "integrity_check('entry')"}) {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("PRAGMA " + check)) {
                if (row.next() && !row.getString(1).equals("ok")) {
                    throw new SQLException("it is damaged: " + row.getString(1).lines().toList());
                }
            }
        }
        String astray = "SELECT count(*) FROM entry WHERE lane NOT IN (SELECT id FROM lane)";
        if (Schema.number(connection, astray) > 0) {
            throw new SQLException("it is damaged: entries are in no lane");
        }
    }

    /// A crash leaves at most one transaction in pieces, the last one, since each is synced before
    /// the next begins. What comes after that was acknowledged, and SQLite would drop it. The
    /// format is the one of sqlite.org/fileformat2.html §4.
    private static void checkJournal(Path journal) throws IOException {
        try (var channel = FileChannel.open(journal)) {
            var header = read(channel, 0, HEADER_BYTES);
            var sum = new JournalSum(header);
            sum.add(header, 0, HEADER_BYTES - 8);
            if (!sum.equalsAt(header, HEADER_BYTES - 8)) throw damaged(journal, 0);
            int frameBytes = FRAME_HEADER_BYTES + header.getInt(8);
            long soundUpTo = HEADER_BYTES;
            int commitsAfter = 0;
            for (long at = HEADER_BYTES; at + frameBytes <= channel.size(); at += frameBytes) {
                var frame = read(channel, at, frameBytes);
                boolean ofThisJournal = frame.getLong(8) == header.getLong(16);
                if (at == soundUpTo && ofThisJournal) {
                    sum.add(frame, 0, 8);
                    sum.add(frame, FRAME_HEADER_BYTES, frameBytes);
                    if (sum.equalsAt(frame, 16)) soundUpTo += frameBytes;
                }
                boolean commits = frame.getInt(4) != 0;
                if (soundUpTo <= at && ofThisJournal && commits) commitsAfter++;
            }
            if (commitsAfter > 1) throw damaged(journal, soundUpTo);
        }
    }

    private static StoreException damaged(Path journal, long at) {
        return new StoreException(
                "The queue's journal "
                        + journal
                        + " is damaged at byte "
                        + at
                        + ", and mail that was acknowledged is behind it. See docs/queue.md, \"When the"
                        + " file is damaged\".");
    }

    private static long sizeOf(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static ByteBuffer read(FileChannel channel, long at, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {}
        return buffer.clear();
    }

    /// The journal's checksum, which runs on from frame to frame.
    private static final class JournalSum {
        private static final int BIG_ENDIAN_WORDS = 0x377f0683;

        private final ByteOrder order;
        private int first;
        private int second;

        JournalSum(ByteBuffer header) {
            boolean big = header.getInt(0) == BIG_ENDIAN_WORDS;
            order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        }

        void add(ByteBuffer octets, int from, int to) {
            var words = octets.duplicate().order(order);
            for (int at = from; at < to; at += 8) {
                first += words.getInt(at) + second;
                second += words.getInt(at + 4) + first;
            }
        }

        boolean equalsAt(ByteBuffer octets, int at) {
            return octets.getInt(at) == first && octets.getInt(at + 4) == second;
        }
    }
}
