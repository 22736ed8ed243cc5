package relay.server.store;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import relay.core.queue.ContentSource;
import relay.core.queue.QueueId;

/// Gives out contents: from the cache, else piece by piece from one of two readers. No read
/// transaction outlives a piece, so a slow recipient does not keep the journal from starting over.
/// Any thread.
final class Contents implements ContentSource, AutoCloseable {
    private static final String ONE_ROW = "SELECT bytes, sum FROM content WHERE id = ?";
    private static final String CHUNKS = "SELECT chunks FROM chunked WHERE id = ?";
    private static final String CHUNK =
            "SELECT bytes, sum FROM chunk WHERE message = ? AND seq = ?";
    private static final byte[] END = {};

    private final ContentCache cache;
    private final Reader first;
    private final Reader second;
    private final AtomicInteger turn = new AtomicInteger();

    Contents(Path folder, ContentCache cache) throws SQLException {
        this.cache = cache;
        first = new Reader(folder, "StoreContent-1");
        second = new Reader(folder, "StoreContent-2");
    }

    @Override
    public byte[] inMemory(QueueId id) {
        return cache.get(id);
    }

    @Override
    public Reading open(QueueId id) {
        byte[] content = cache.get(id);
        if (content.length > 0) return new OfArray(content);
        Reader reader = turn.getAndIncrement() % 2 == 0 ? first : second;
        return new OfFile(id, reader).start();
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }

    /// Confined to one thread at a time.
    private static final class OfArray implements Reading {
        private final byte[] content;
        private int position;

        OfArray(byte[] content) {
            this.content = content;
        }

        @Override
        public byte[] next() {
            int end = Math.min(position + Payload.ROW_BYTES, content.length);
            byte[] piece = Arrays.copyOfRange(content, position, end);
            position = end;
            return piece;
        }

        @Override
        public void close() {
            position = content.length;
        }
    }

    /// Confined to one thread at a time.
    private static final class OfFile implements Reading {
        private final QueueId id;
        private final Reader reader;
        private byte @Nullable [] onlyRow;
        private int chunks;
        private int nextChunk;

        OfFile(QueueId id, Reader reader) {
            this.id = id;
            this.reader = reader;
        }

        OfFile start() {
            ask(_ -> {
                onlyRow = first(prepared(ONE_ROW));
                if (onlyRow == null) chunks = chunkCount();
                return END;
            });
            return this;
        }

        @Override
        public byte[] next() {
            byte[] row = onlyRow;
            if (row != null) {
                onlyRow = END;
                return row;
            }
            return nextChunk == chunks ? END : ask(_ -> chunk());
        }

        @Override
        public void close() {
            onlyRow = END;
        }

        private byte[] ask(Reader.Question<byte[]> question) {
            try {
                return reader.ask(question);
            } catch (SQLException e) {
                throw new ContentLost("content of " + id + ": " + e.getMessage(), e);
            }
        }

        private byte[] chunk() throws SQLException {
            PreparedStatement statement = prepared(CHUNK);
            statement.setInt(2, nextChunk);
            byte[] chunk = first(statement);
            if (chunk == null) throw new SQLException("the message has ended meanwhile");
            nextChunk++;
            return chunk;
        }

        private int chunkCount() throws SQLException {
            try (ResultSet row = prepared(CHUNKS).executeQuery()) {
                if (row.next()) return row.getInt(1);
            }
            throw new SQLException("no such message is in the queue");
        }

        private PreparedStatement prepared(String query) throws SQLException {
            PreparedStatement statement = reader.statement(query);
            statement.setLong(1, id.value());
            return statement;
        }

        private static byte @Nullable [] first(PreparedStatement statement) throws SQLException {
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? intact(row) : null;
            }
        }

        private static byte[] intact(ResultSet row) throws SQLException {
            byte[] bytes = row.getBytes(1);
            if (Checksum.of(bytes) != row.getLong(2)) {
                throw new SQLException("it was damaged on the disk: its checksum is another");
            }
            return bytes;
        }
    }
}
