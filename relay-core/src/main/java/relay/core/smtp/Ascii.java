package relay.core.smtp;

import java.util.Locale;

/// Words of the protocol, which are ASCII and of which the case does not matter (RFC 5321 §2.4). Pure.
final class Ascii {
    private Ascii() {}

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) > 127) return false;
        return true;
    }

    /// In upper case where it is ASCII, and else as it is: to Unicode `\u0131` and `\u017F` are small forms
    /// of I and S, and a filter before us that looks for STARTTLS or XCLIENT does not think so.
    static String upper(String word) {
        return isAscii(word) ? word.toUpperCase(Locale.ROOT) : word;
    }
}
