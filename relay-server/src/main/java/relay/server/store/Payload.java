package relay.server.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A content, or the rest of one, as the writer is given it: rows of at most [#ROW_BYTES], the
/// first of which has the number `firstRow`. `whole` is the content in one piece where it is small
/// enough to be cached, else empty.
final class Payload {
    static final int ROW_BYTES = 64 * 1024;
    private static final byte[] NOT_CACHED = {};

    private final int firstRow;
    private final List<byte[]> rows;
    private final byte[] whole;

    private Payload(int firstRow, List<byte[]> rows, byte[] whole) {
        this.firstRow = firstRow;
        this.rows = rows;
        this.whole = whole;
    }

    static Payload whole(byte[] content) {
        return new Payload(0, rows(List.of(content), content.length), content);
    }

    static Payload rest(int firstRow, List<byte[]> rows) {
        return new Payload(firstRow, rows, NOT_CACHED);
    }

    int firstRow() {
        return firstRow;
    }

    List<byte[]> rows() {
        return rows;
    }

    byte[] whole() {
        return whole;
    }

    /// Whether it is one row that holds a whole content.
    boolean isOneRow() {
        return firstRow == 0 && rows.size() == 1;
    }

    /// How many rows the content has in all.
    int rowCount() {
        return firstRow + rows.size();
    }

    /// The first `bytes` bytes of `pieces`, in one array; `pieces` has no more than that.
    static byte[] join(List<byte[]> pieces, int bytes) {
        if (pieces.size() == 1) return pieces.getFirst();
        byte[] joined = new byte[bytes];
        int end = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, joined, end, piece.length);
            end += piece.length;
        }
        return joined;
    }

    /// `pieces`, which have `bytes` bytes, cut anew into full rows and a last one that may be
    /// short. There is at least one row.
    static List<byte[]> rows(List<byte[]> pieces, int bytes) {
        byte[] joined = join(pieces, bytes);
        if (bytes <= ROW_BYTES) return List.of(joined);
        var rows = new ArrayList<byte[]>(bytes / ROW_BYTES + 1);
        for (int start = 0; start < bytes; start += ROW_BYTES) {
            rows.add(Arrays.copyOfRange(joined, start, Math.min(start + ROW_BYTES, bytes)));
        }
        return rows;
    }
}
