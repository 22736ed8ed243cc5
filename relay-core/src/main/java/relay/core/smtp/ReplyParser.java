package relay.core.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads a host's replies from the bytes as they come (RFC 5321 §4.2).
///
/// Lenient in what is harmless: a line may end in LF alone, a code may have no text. Strict in what
/// could be taken for something else: the code is three digits from 200 to 599, the same on each
/// line of a reply. What a host says is made printable here, once. Limits: [#MAX_LINE_OCTETS],
/// [#MAX_TEXT_OCTETS] of a line are kept, [#MAX_LINES].
///
/// After [Parsed.Broken] nothing that follows can be trusted. Confined to one thread.
public final class ReplyParser {
    /// RFC 5321 §4.5.3.1.5 allows 512; hosts with long explanations exist.
    public static final int MAX_LINE_OCTETS = 8 * 1024;

    /// What is kept of each line; the rest is dropped.
    public static final int MAX_TEXT_OCTETS = 2 * 1024;

    public static final int MAX_LINES = 100;

    private static final int CODE_OCTETS = 3;
    private static final int PREFIX_OCTETS = 4;

    private final byte[] line = new byte[PREFIX_OCTETS + MAX_TEXT_OCTETS];
    private int lineOctets;
    private final List<String> texts = new ArrayList<>(1);
    private int code;

    /// What the bytes gave.
    public sealed interface Parsed {
        /// A reply; bytes that are left belong to the next.
        record Complete(Reply reply) implements Parsed {}

        /// All bytes are read, and more are needed.
        record Incomplete() implements Parsed {}

        /// No reply begins like this. `why` is short and printable.
        record Broken(String why) implements Parsed {}
    }

    /// Reads up to the end of one reply.
    public Parsed read(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next != '\n') {
                if (lineOctets < line.length) line[lineOctets] = next;
                if (++lineOctets > MAX_LINE_OCTETS) return new Parsed.Broken("a line without end");
                continue;
            }
            Parsed parsed = endOfLine();
            if (!(parsed instanceof Parsed.Incomplete)) return parsed;
        }
        return new Parsed.Incomplete();
    }

    private Parsed endOfLine() {
        int kept = Math.min(lineOctets, line.length);
        if (lineOctets <= line.length && kept > 0 && line[kept - 1] == '\r') kept--;
        lineOctets = 0;
        int lineCode = code(kept);
        boolean last = kept == CODE_OCTETS || separatedBy(kept, ' ');
        boolean more = separatedBy(kept, '-');
        if (lineCode < 0 || (!last && !more))
            return new Parsed.Broken("not a reply: " + text(0, kept));
        if (!texts.isEmpty() && lineCode != code) {
            return new Parsed.Broken("a reply of two codes, " + code + " and " + lineCode);
        }
        if (texts.size() == MAX_LINES) return new Parsed.Broken("a reply without end");
        code = lineCode;
        texts.add(text(PREFIX_OCTETS, kept));
        return last ? complete() : new Parsed.Incomplete();
    }

    private boolean separatedBy(int kept, char separator) {
        return kept > CODE_OCTETS && line[CODE_OCTETS] == separator;
    }

    private Parsed complete() {
        var reply = new Reply(code, texts);
        texts.clear();
        return new Parsed.Complete(reply);
    }

    /// The code at the start of the line; -1 where there is none.
    private int code(int kept) {
        if (kept < CODE_OCTETS || line[0] < '2' || line[0] > '5') return -1;
        if (!isDigit(line[1]) || !isDigit(line[2])) return -1;
        return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private String text(int from, int to) {
        if (to <= from) return "";
        // Replies may be UTF-8 (RFC 6531 §3.7.4.2); what is not becomes U+FFFD.
        String text = new String(line, from, to - from, StandardCharsets.UTF_8);
        return RemoteText.printable(text, MAX_TEXT_OCTETS);
    }
}
