package relay.core.smtp;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// An SMTP reply (RFC 5321 §4.2): ours to a client, or a host's to us.
///
/// `lines` are the texts after the code, enhanced status code included where the reply has one.
/// Ours are made by the factories alone, which derive the class of the enhanced code from the code,
/// so that `450 5.7.1` cannot be written.
public record Reply(int code, List<String> lines) {
    public Reply {
        if (code < 200 || code > 599) throw new IllegalArgumentException("reply code " + code);
        if (lines.isEmpty()) throw new IllegalArgumentException("a reply has a line");
        lines = List.copyOf(lines);
    }

    /// A reply with an enhanced status code (RFC 2034 §3): `Reply.of(554, 7, 1, "Access denied")`
    /// is `554 5.7.1 Access denied`.
    public static Reply of(int code, int subject, int detail, String text) {
        return new Reply(
                code, List.of(new EnhancedStatus(code / 100, subject, detail) + " " + text));
    }

    /// A reply that has no enhanced status code: the greeting, EHLO's, 354 (RFC 2034 §4).
    public static Reply plain(int code, String... lines) {
        return new Reply(code, List.of(lines));
    }

    public boolean isPositive() {
        return code < 400;
    }

    public boolean isPermanent() {
        return code >= 500;
    }

    /// The enhanced status code it carries, where that agrees with the code; else `class.0.0`.
    public EnhancedStatus status() {
        int statusClass = code < 400 ? 2 : code / 100;
        return EnhancedStatus.atStartOf(lines.getFirst())
                .filter(status -> status.statusClass() == statusClass)
                .orElse(new EnhancedStatus(statusClass, 0, 0));
    }

    /// The bytes for the wire, CR LF included (RFC 5321 §4.2.1).
    public byte[] toWire() {
        var text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            boolean last = i == lines.size() - 1;
            text.append(code).append(last ? ' ' : '-').append(lines.get(i)).append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// On one line, as logs and notices quote it: `550 5.1.1 No such user`.
    @Override
    public String toString() {
        return code + " " + String.join(" / ", lines);
    }
}
