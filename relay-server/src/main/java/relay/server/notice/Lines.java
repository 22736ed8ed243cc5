package relay.server.notice;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import relay.core.smtp.RemoteText;

/// Makes text from elsewhere safe and short enough for a line of a message.
final class Lines {
    static final int WIDTH = 76;

    /// Words longer than this are cut, well below the limit for a line (RFC 5322 §2.1.1).
    private static final int MAX_WORD = 500;

    private static final Pattern SPACES = Pattern.compile(" +");

    private Lines() {}

    /// For people to read: what is not printable ([RemoteText]) is written `\x{202E}`.
    static String printable(String text) {
        var safe = new StringBuilder();
        oneLine(text)
                .codePoints()
                .forEach(c -> {
                    if (RemoteText.isPrintable(c)) safe.appendCodePoint(c);
                    else safe.append(codePoint(c));
                });
        return safe.toString();
    }

    /// Without control characters: each becomes a space, so that none can end a line.
    static String oneLine(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// One line, in ASCII: other characters are written `\x{E9}` (RFC 6533 §3).
    static String ascii(String text) {
        var ascii = new StringBuilder();
        oneLine(text).codePoints().forEach(c -> appendAscii(ascii, c));
        return ascii.toString();
    }

    private static void appendAscii(StringBuilder ascii, int c) {
        if (c < 0x80) ascii.appendCodePoint(c);
        else ascii.append(codePoint(c));
    }

    /// As RFC 6533 §3 writes a character in ASCII.
    static String codePoint(int c) {
        return "\\x{" + Integer.toHexString(c).toUpperCase(Locale.ROOT) + "}";
    }

    /// Breaks `text` at spaces into lines of at most [#WIDTH] characters where words allow it; text
    /// that fits is left as it is. The first line begins with `first`, the others with `rest`.
    static List<String> wrap(String first, String text, String rest) {
        if (first.length() + text.length() <= WIDTH) return List.of(first + text);
        var lines = new ArrayList<String>();
        var line = new StringBuilder(first);
        String separator = "";
        for (String word : words(text)) {
            if (!separator.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(rest);
                separator = "";
            }
            line.append(separator).append(word);
            separator = " ";
        }
        lines.add(line.toString());
        return lines;
    }

    private static List<String> words(String text) {
        return SPACES.splitAsStream(text.strip())
                .flatMap(word ->
                        IntStream.iterate(0, from -> from < word.length(), from -> from + MAX_WORD)
                                .mapToObj(from -> cut(word, from)))
                .toList();
    }

    private static String cut(String word, int from) {
        return word.substring(from, Math.min(word.length(), from + MAX_WORD));
    }
}
