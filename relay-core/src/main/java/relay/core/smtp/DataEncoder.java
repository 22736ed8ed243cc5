package relay.core.smtp;

/// Makes a message's content, piece by piece, into what follows the 354 (RFC 5321 §4.5.2): a dot
/// more before each line that begins with one, and the dot alone at the end.
///
/// Only CR LF ends a line, so a dot after a bare LF is left alone. Pieces may be cut anywhere.
/// Confined to one thread; one encoder for one content.
public final class DataEncoder {
    private static final byte[] END = {'.', '\r', '\n'};
    private static final byte[] LINE_END_AND_END = {'\r', '\n', '.', '\r', '\n'};

    private Position position = Position.LINE_START;

    private enum Position {
        LINE_START,
        AFTER_CR,
        WITHIN
    }

    /// The piece with its dots doubled; the piece itself where it has none to double.
    public byte[] encode(byte[] piece) {
        int dots = countLeadingDots(piece);
        byte[] encoded = dots == 0 ? piece : stuff(piece, dots);
        if (piece.length > 0) position = positionAfter(piece);
        return encoded;
    }

    /// What ends the data: `.` on a line of its own. The content gets the line end that it lacks
    /// (RFC 5321 §4.1.1.4).
    public byte[] end() {
        return (position == Position.LINE_START ? END : LINE_END_AND_END).clone();
    }

    private int countLeadingDots(byte[] piece) {
        int dots = 0;
        for (int i = 0; i < piece.length; i++) {
            if (piece[i] == '.' && isLineStart(piece, i)) dots++;
        }
        return dots;
    }

    private byte[] stuff(byte[] piece, int dots) {
        byte[] stuffed = new byte[piece.length + dots];
        int from = 0;
        int to = 0;
        for (int i = 0; i < piece.length; i++) {
            if (piece[i] != '.' || !isLineStart(piece, i)) continue;
            int length = i - from;
            System.arraycopy(piece, from, stuffed, to, length);
            to += length;
            stuffed[to++] = '.';
            from = i;
        }
        System.arraycopy(piece, from, stuffed, to, piece.length - from);
        return stuffed;
    }

    private boolean isLineStart(byte[] piece, int at) {
        return switch (at) {
            case 0 -> position == Position.LINE_START;
            case 1 -> piece[0] == '\n' && position == Position.AFTER_CR;
            default -> piece[at - 1] == '\n' && piece[at - 2] == '\r';
        };
    }

    private Position positionAfter(byte[] piece) {
        if (piece[piece.length - 1] == '\r') return Position.AFTER_CR;
        return isLineStart(piece, piece.length) ? Position.LINE_START : Position.WITHIN;
    }
}
