package relay.server.notice;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import relay.core.queue.ContentSource;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.QueueId;

/// The header of the message that a notice is about: its lines up to the empty one, byte for byte,
/// at most 64 KiB of whole lines. Empty where the content can no longer be read; the notice then
/// goes without it (RFC 6522 §3).
final class OriginalHeader {
    static final int MAX_BYTES = 64 << 10;

    /// RFC 5322 §2.1.1, without the CR LF.
    private static final int MAX_LINE_BYTES = 998;

    private final byte[] bytes;

    private OriginalHeader(byte[] bytes) {
        this.bytes = bytes;
    }

    static OriginalHeader read(ContentSource contents, QueueId id) {
        try (var reading = contents.open(id)) {
            var start = new ByteArrayOutputStream();
            byte[] piece = reading.next();
            while (piece.length > 0 && start.size() <= MAX_BYTES + 2) {
                start.writeBytes(piece);
                piece = reading.next();
            }
            return new OriginalHeader(headerOf(start.toByteArray()));
        } catch (ContentLost _) {
            return new OriginalHeader(new byte[0]);
        }
    }

    private static byte[] headerOf(byte[] content) {
        int lineStart = 0;
        for (int end = lineEnd(content, 0); end >= 0; end = lineEnd(content, lineStart)) {
            boolean emptyLine = end == lineStart + 2;
            if (emptyLine || end > MAX_BYTES) break;
            lineStart = end;
        }
        return Arrays.copyOf(content, lineStart);
    }

    /// Where the line ends that begins at `from`, its CR LF included; below 0 where it does not
    /// end.
    private static int lineEnd(byte[] content, int from) {
        for (int i = from; i + 1 < content.length; i++) {
            if (content[i] == '\r' && content[i + 1] == '\n') return i + 2;
        }
        return -1;
    }

    /// Not to be changed.
    byte[] bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return bytes.length == 0;
    }

    /// Whether it can go as it is where only 7 bits, lines of 998 octets, and CR LF as their end
    /// pass.
    boolean isSevenBit() {
        int lineLength = 0;
        for (int i = 0; i < bytes.length; i++) {
            boolean lineEnds = bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n';
            lineLength = lineEnds ? 0 : lineLength + 1;
            if (lineEnds) i++;
            else if (!isPlain(bytes[i]) || lineLength > MAX_LINE_BYTES) return false;
        }
        return true;
    }

    private static boolean isPlain(byte octet) {
        return octet > 0 && octet != '\r' && octet != '\n';
    }

    boolean isUtf8() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
