package relay.core.smtp;

import java.util.Arrays;
import relay.core.smtp.DataDecoder.Framing;

/// Gives a [DataDecoder] CR LF wherever a client has sent an LF that no CR precedes. A bare CR is
/// left to it as it is. One for one message; confined to one thread.
///
/// A repaired line end is one of the content alone: it never helps to end the data. What the client
/// sends behind it is a line of text even where that is a dot, so a dot is stuffed there for the
/// decoder to take off again; and a dot alone before it is that line's text (RFC 5321 §2.3.8,
/// §4.5.2).
public final class LineFeedRepair {
    private static final int FIRST_OCTETS = 4096;

    private final DataDecoder decoder;
    private final Framing framing;
    private byte[] decoded = new byte[FIRST_OCTETS];
    private int length;
    private boolean afterCr;
    private boolean afterRepair;

    /// `framing` is the decoder's.
    public LineFeedRepair(DataDecoder decoder, Framing framing) {
        this.decoder = decoder;
        this.framing = framing;
    }

    /// Decodes as [DataDecoder#decode] does, and returns the same; but the decoded octets stand in
    /// [#decoded], [#decodedLength] of them, until the next call.
    public int decode(byte[] bytes, int from, int to) {
        length = 0;
        int at = from;
        while (at < to && !decoder.hasEnded()) {
            if (afterRepair && bytes[at] == '.' && framing == Framing.DOT) give('.');
            afterRepair = false;
            int bare = nextBareLineFeed(bytes, at, to);
            afterCr = bare == to && bytes[to - 1] == '\r';
            at = give(bytes, at, bare);
            if (decoder.hasEnded() || bare == to) continue;
            if (decoder.isAtLoneDot()) give('.');
            give('\r', '\n');
            afterRepair = true;
            at = bare + 1;
        }
        return at;
    }

    public byte[] decoded() {
        return decoded;
    }

    public int decodedLength() {
        return length;
    }

    /// Where it is, or `to`.
    private int nextBareLineFeed(byte[] bytes, int from, int to) {
        boolean cr = afterCr;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n' && !cr) return i;
            cr = bytes[i] == '\r';
        }
        return to;
    }

    private void give(char... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) bytes[i] = (byte) octets[i];
        give(bytes, 0, bytes.length);
    }

    private int give(byte[] bytes, int from, int to) {
        int next = decoder.decode(bytes, from, to);
        int more = decoder.decodedLength();
        if (decoded.length < length + more) {
            decoded = Arrays.copyOf(decoded, Math.max(2 * decoded.length, length + more));
        }
        System.arraycopy(bytes, from, decoded, length, more);
        length += more;
        return next;
    }
}
