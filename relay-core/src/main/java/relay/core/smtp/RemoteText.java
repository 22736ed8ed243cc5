package relay.core.smtp;

/// Makes text from outside fit for logs, notices and terminals: bounded, on one line, and with
/// nothing in it that moves a cursor or turns the direction of writing.
public final class RemoteText {
    private RemoteText() {}

    /// At most `maxChars` characters of `text`, in which those that are not [#isPrintable] are
    /// written as `\x1b` or `\u2028`.
    public static String printable(String text, int maxChars) {
        if (text.length() <= maxChars && isPlain(text)) return text;
        var safe = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            String piece = piece(codePoint);
            if (safe.length() + piece.length() > maxChars) break;
            safe.append(piece);
            at += Character.charCount(codePoint);
        }
        return safe.toString();
    }

    /// Whether a character may be shown as it is: not one that is invisible, ends a line, looks like a
    /// space and is none, changes the direction of writing (U+202E), or means something in one font
    /// alone. What strangers have written is shown by this rule wherever it is shown.
    public static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            default -> true;
        };
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') return false;
        }
        return true;
    }

    private static String piece(int codePoint) {
        return isPrintable(codePoint) ? Character.toString(codePoint) : escaped(codePoint);
    }

    private static String escaped(int codePoint) {
        return codePoint < 0x100
                ? String.format("\\x%02x", codePoint)
                : String.format("\\u%04x", codePoint);
    }
}
