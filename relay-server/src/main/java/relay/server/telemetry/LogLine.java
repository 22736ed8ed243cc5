package relay.server.telemetry;

import java.util.Collection;
import java.util.Locale;
import java.util.StringJoiner;
import relay.core.address.Mailbox;
import relay.core.smtp.RemoteText;

/// One line of `key=value` pairs, in the order they were added.
///
/// A value of visible ASCII without quote and backslash stands as it is; every other value, the
/// empty one too, is put in double quotes with `\"`, `\\`, `\r`, `\n`, `\t` and `\x{1b}` for what
/// must not be printed. So no value, whoever sent it, can end the line, begin a pair of its own,
/// or move a terminal's cursor. Values longer than 2,048 characters are cut, but for addresses.
/// Confined to one thread.
final class LogLine {
    static final int MAX_VALUE_CHARACTERS = 2048;

    private final StringBuilder line = new StringBuilder(512);

    LogLine with(String key, Object value) {
        String text = value.toString();
        return text.length() <= MAX_VALUE_CHARACTERS
                ? whole(key, text)
                : whole(key, text.substring(0, MAX_VALUE_CHARACTERS) + "…");
    }

    /// `key=<a@example.net>,<b@example.org>`, however many they are: the log is where an
    /// administrator looks for one of them.
    LogLine addresses(String key, Collection<Mailbox> mailboxes) {
        var list = new StringJoiner(",");
        for (Mailbox to : mailboxes) list.add("<" + to + ">");
        return whole(key, list.toString());
    }

    private LogLine whole(String key, String value) {
        if (!line.isEmpty()) line.append(' ');
        line.append(key).append('=');
        if (isPlain(value)) {
            line.append(value);
        } else {
            line.append('"');
            value.codePoints().forEach(this::quoted);
            line.append('"');
        }
        return this;
    }

    private void quoted(int character) {
        if (character == '"' || character == '\\') line.append('\\');
        appendPrintable(line, character);
    }

    /// Appends `text`, with escapes for what is not printable.
    static void appendPrintable(StringBuilder line, String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            appendPrintable(line, text.codePointAt(i));
        }
    }

    /// Appends `character`, or its escape where it is not printable ([RemoteText]).
    private static void appendPrintable(StringBuilder line, int character) {
        switch (character) {
            case '\r' -> line.append("\\r");
            case '\n' -> line.append("\\n");
            case '\t' -> line.append("\\t");
            default -> {
                if (RemoteText.isPrintable(character)) line.appendCodePoint(character);
                else line.append(String.format(Locale.ROOT, "\\x{%x}", character));
            }
        }
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '"' || c == '\\') return false;
        }
        return !value.isEmpty();
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
