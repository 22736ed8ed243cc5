package relay.core.smtp;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import relay.core.address.Domain;
import relay.core.address.Mailbox;

/// The grammar of mailboxes and paths (RFC 5321 §4.1.2), with the characters beyond ASCII that RFC
/// 6531 §3.3 adds, but for those that nobody can see.
///
/// Limits: local part 64 octets, domain 255, path 256 with its brackets (RFC 5321 §4.5.3.1).
public final class MailboxSyntax {
    private static final int MAX_LOCAL_PART_OCTETS = 64;
    private static final int MAX_PATH_OCTETS = 256;
    private static final int NON_JOINER = 0x200C;
    private static final int JOINER = 0x200D;
    private static final String ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

    private MailboxSyntax() {}

    /// A path as it stands in a command. `localPart` and `domain` are as written; both are empty
    /// for `<>`, the domain alone for `<postmaster>`. `end` is the index after the `>`.
    record WrittenPath(String localPart, String domain, int end) {
        Optional<Mailbox> mailbox() {
            return localPart.isEmpty()
                    ? Optional.empty()
                    : Domain.parse(domain).map(known -> new Mailbox(localPart, known));
        }
    }

    /// Reads `local-part@domain`, without brackets. Empty where it is none.
    public static Optional<Mailbox> parse(String text) {
        return path("<" + text + ">", 0)
                .filter(path -> path.end() == text.length() + 2 && !text.startsWith("@"))
                .flatMap(WrittenPath::mailbox);
    }

    /// Reads the path at `start`. Empty where there is none, or where it is over-long. A source
    /// route is read and dropped.
    static Optional<WrittenPath> path(String text, int start) {
        if (start >= text.length() || text.charAt(start) != '<') return Optional.empty();
        int local = afterSourceRoute(text, start + 1);
        if (local < 0) return Optional.empty();
        int localEnd = endOfLocalPart(text, local);
        if (localEnd < 0 || localEnd == text.length()) return Optional.empty();
        boolean hasDomain = text.charAt(localEnd) == '@';
        int end = hasDomain ? text.indexOf('>', localEnd) : localEnd;
        if (end < 0 || text.charAt(end) != '>') return Optional.empty();
        if (hasDomain && (localEnd == local || end == localEnd + 1)) return Optional.empty();
        boolean emptyAfterRoute = localEnd == local && local > start + 1;
        if (emptyAfterRoute) return Optional.empty();
        String localPart = text.substring(local, localEnd);
        boolean fits =
                isSeen(localPart)
                        && octets(localPart) <= MAX_LOCAL_PART_OCTETS
                        && octets(text.substring(start, end + 1)) <= MAX_PATH_OCTETS;
        String domain = hasDomain ? text.substring(localEnd + 1, end) : "";
        return fits ? Optional.of(new WrittenPath(localPart, domain, end + 1)) : Optional.empty();
    }

    /// The index after `@one,@two:`, or `start` where there is no source route; -1 for a bad one.
    private static int afterSourceRoute(String text, int start) {
        if (!text.startsWith("@", start)) return start;
        int colon = endOfRoute(text, start);
        if (colon < 0) return -1;
        for (String hop : text.substring(start, colon).split(",", -1)) {
            if (!hop.startsWith("@") || Domain.parse(hop.substring(1)).isEmpty()) return -1;
        }
        return colon + 1;
    }

    // The colons of an IPv6 literal do not end the route.
    private static int endOfRoute(String text, int start) {
        boolean inLiteral = false;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '[') inLiteral = true;
            if (c == ']') inLiteral = false;
            if (c == ':' && !inLiteral) return i;
        }
        return -1;
    }

    private static int endOfLocalPart(String text, int start) {
        return text.startsWith("\"", start)
                ? endOfQuotedString(text, start)
                : endOfDotString(text, start);
    }

    /// The index after the closing quote; -1 where the string is bad.
    private static int endOfQuotedString(String text, int start) {
        for (int i = start + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') return i + 1 < text.length() ? i + 1 : -1;
            if (c == '\\') {
                i++;
                if (i == text.length() || text.charAt(i) > 126) return -1;
            }
        }
        return -1;
    }

    /// The index after the last atom; -1 where two dots meet or one stands at an end.
    private static int endOfDotString(String text, int start) {
        int i = start;
        while (i < text.length() && (isAtext(text.charAt(i)) || text.charAt(i) == '.')) i++;
        String atoms = text.substring(start, i);
        boolean bad = atoms.startsWith(".") || atoms.endsWith(".") || atoms.contains("..");
        return bad ? -1 : i;
    }

    private static boolean isAtext(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c > 127
                || ATEXT_SPECIALS.indexOf(c) >= 0;
    }

    private static boolean isSeen(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (!isSeen(text.codePointAt(i))) return false;
        }
        return true;
    }

    /// RFC 6531 §3.3 lets every character beyond ASCII through. Those that are invisible, are spaces,
    /// end a line or turn the direction of writing are in nobody's address (RFC 8264 §4.2.3 has them
    /// in no identifier): who sends one wants a log or a person to read something else. The two
    /// joiners, which Persian and Indic words are spelled with, stay; what Unicode has not assigned
    /// yet, as far as we know, may be a letter tomorrow.
    private static boolean isSeen(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            case Character.FORMAT -> codePoint == NON_JOINER || codePoint == JOINER;
            default -> true;
        };
    }

    private static int octets(String text) {
        return Ascii.isAscii(text) ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    }
}
