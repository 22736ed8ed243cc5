package relay.server.store;

import java.util.ArrayList;
import java.util.List;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;

/// Writes mailboxes as the file has them: a recipient a line, as `local-part@domain`.
///
/// Fields of a recipient are set apart by a tab, and the address is the first, so that a later
/// version can append others; a reader skips what it does not know. Backslash, tab and line ends
/// inside a field are written `\\`, `\t`, `\n` and `\r`.
final class RecipientText {
    private RecipientText() {}

    static String of(List<Mailbox> recipients) {
        if (recipients.size() == 1) return escape(recipients.getFirst().toString());
        return String.join("\n", recipients.stream().map(r -> escape(r.toString())).toList());
    }

    /// Throws [IllegalArgumentException] where the text was not written by [#of].
    static List<Mailbox> parse(String text) {
        var recipients = new ArrayList<Mailbox>();
        for (String line : text.split("\n", -1)) {
            int tab = line.indexOf('\t');
            recipients.add(mailbox(unescape(tab < 0 ? line : line.substring(0, tab))));
        }
        return recipients;
    }

    /// The null path is the empty text.
    static String of(ReversePath path) {
        return escape(path.toString());
    }

    static ReversePath parsePath(String text) {
        return text.isEmpty()
                ? new ReversePath.Null()
                : new ReversePath.Sender(mailbox(unescape(text)));
    }

    private static Mailbox mailbox(String address) {
        int at = address.lastIndexOf('@');
        if (at < 0) throw new IllegalArgumentException("no mailbox: " + address);
        return new Mailbox(address.substring(0, at), new Domain(address.substring(at + 1)));
    }

    private static String escape(String field) {
        return field.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) return field;
        var text = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            text.append(c == '\\' && ++i < field.length() ? control(field.charAt(i)) : c);
        }
        return text.toString();
    }

    private static char control(char letter) {
        return switch (letter) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> letter;
        };
    }
}
