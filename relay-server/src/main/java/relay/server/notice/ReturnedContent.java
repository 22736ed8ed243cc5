package relay.server.notice;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import relay.core.queue.ContentSource;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.Envelope;
import relay.core.smtp.MailParameters.Returned;
import relay.core.tls.MessageTls;
import relay.server.notice.Report.Kind;

/// What a notice returns of the message that it is about, byte for byte: its header, which are the
/// lines up to the empty one, at most 64 KiB of whole lines; or all of it, where the sender asked
/// for that of a failure (RFC 3461 §4.3) and the message has at most 64 KiB that pass everywhere.
/// Nothing where the content can no longer be read (RFC 6522 §3).
final class ReturnedContent {
    static final int MAX_BYTES = 64 << 10;

    /// RFC 5322 §2.1.1, without the CR LF.
    private static final int MAX_LINE_BYTES = 998;

    private final Extent extent;
    private final byte[] bytes;

    enum Extent {
        NOTHING,
        HEADER,
        WHOLE
    }

    private ReturnedContent(Extent extent, byte[] bytes) {
        this.extent = bytes.length == 0 ? Extent.NOTHING : extent;
        this.bytes = bytes;
    }

    static ReturnedContent read(ContentSource contents, Envelope original, Kind kind) {
        try (var reading = contents.open(original.id())) {
            var start = new ByteArrayOutputStream();
            byte[] piece = reading.next();
            while (piece.length > 0 && start.size() <= MAX_BYTES + 2) {
                start.writeBytes(piece);
                piece = reading.next();
            }
            var header = new ReturnedContent(Extent.HEADER, headerOf(start.toByteArray()));
            if (!wantsWhole(original, kind)) return header;
            var whole = new ReturnedContent(Extent.WHOLE, start.toByteArray());
            return whole.bytes.length <= MAX_BYTES && whole.isSevenBit() ? whole : header;
        } catch (ContentLost _) {
            return new ReturnedContent(Extent.NOTHING, new byte[0]);
        }
    }

    private static boolean wantsWhole(Envelope original, Kind kind) {
        // RFC 8689 §5: never of a message that had to have TLS.
        boolean asked =
                original.noticeRequest().returned() == Returned.FULL
                        && original.messageTls() != MessageTls.REQUIRED;
        return switch (kind) {
            case Kind.Failed _ -> asked;
            case Kind.Delayed _, Kind.Relayed _ -> false;
        };
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

    Extent extent() {
        return extent;
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
