package relay.core.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import relay.core.delivery.DialogueTimeouts.Wait;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.RemoteText;
import relay.core.smtp.Reply;
import relay.core.tls.Unmet;
import relay.core.tls.Unmet.Shortfall;

/// Says what went wrong with one host (`mx.example.org[192.0.2.7]:25`), for logs, notices and
/// metrics.
record HostTrouble(String host) {
    private static final int MAX_REMOTE_CHARS = 2 * 1024;
    private static final int MAX_DEMAND_CHARS = 512;

    /// RFC 3463 §3.5: no answer from host; bad connection.
    private static final EnhancedStatus NO_ANSWER = new EnhancedStatus(4, 4, 1);

    private static final EnhancedStatus BAD_CONNECTION = new EnhancedStatus(4, 4, 2);

    /// RFC 3463 §3.8 and RFC 5248 §2.4: cryptographic failure; encryption needed; credentials.
    private static final EnhancedStatus CRYPTOGRAPHY = new EnhancedStatus(4, 7, 5);

    private static final EnhancedStatus ENCRYPTION_NEEDED = new EnhancedStatus(4, 7, 10);

    /// RFC 8689 §7.
    private static final EnhancedStatus REQUIRETLS_NEEDED = new EnhancedStatus(4, 7, 30);

    private static final EnhancedStatus CREDENTIALS = new EnhancedStatus(4, 7, 8);

    Diagnostic lost(Wait wait, String detail) {
        boolean connecting = wait == Wait.CONNECT;
        String text =
                connecting ? "no connection: " : "lost while waiting for " + wait.label() + ": ";
        EnhancedStatus status = connecting ? NO_ANSWER : BAD_CONNECTION;
        return Diagnostic.of(Reason.CONNECTION, status, text + detail, host);
    }

    Diagnostic timedOut(Wait wait, Duration limit) {
        EnhancedStatus status = wait == Wait.CONNECT ? NO_ANSWER : BAD_CONNECTION;
        return Diagnostic.of(Reason.TIMEOUT, status, stalled(wait, limit), host);
    }

    static String stalled(Wait wait, Duration limit) {
        String after = " after " + limit.toString().substring(2).toLowerCase(Locale.ROOT);
        return switch (wait) {
            case CONNECT, GREETING -> "no sign of " + wait.label() + after;
            case HANDSHAKE -> "the TLS handshake stalled: not done" + after;
            case CONTENT -> "the host took no more of the content" + after;
            case HELLO,
                    STARTTLS,
                    AUTH,
                    RESET,
                    MAIL,
                    RECIPIENT,
                    DATA,
                    FINAL_DOT,
                    EMPTY_CONTENT,
                    QUIT,
                    IDLE ->
                    "no answer to " + wait.label() + after;
        };
    }

    /// The host's verdict on a message or a recipient.
    Diagnostic said(Reply reply, Wait wait) {
        return Diagnostic.said(quoted(reply), wait.label(), host);
    }

    /// The host does not keep to the protocol, so that nothing it says can be trusted.
    Diagnostic nonsense(String detail) {
        return Diagnostic.of(Reason.CONNECTION, new EnhancedStatus(4, 5, 0), detail, host);
    }

    Diagnostic contentLost(String detail) {
        return Diagnostic.of(
                Reason.LOCAL,
                new EnhancedStatus(4, 3, 0),
                "the content cannot be read: " + detail,
                host);
    }

    /// The host will not talk to us. It judged us and no message, so that even a 5yz is temporary.
    Diagnostic refusedUs(Reply reply, Wait wait) {
        return new Diagnostic(
                Reason.REPLY,
                reply.status().temporary(),
                "the host refused us at " + wait.label(),
                host,
                quoted(reply).toString(),
                List.of());
    }

    /// `text` may have words in it that the host said before it was told credentials.
    Diagnostic notAuthenticated(String text) {
        String shown = RemoteText.printable(text, MAX_DEMAND_CHARS);
        return Diagnostic.of(Reason.AUTHENTICATION, CREDENTIALS, shown, host);
    }

    Diagnostic noMechanism(Set<String> offered) {
        String has =
                offered.isEmpty()
                        ? "the host offers no AUTH"
                        : "the host offers AUTH "
                                + String.join(" ", new TreeSet<>(offered))
                                + ", none of which may be used";
        return notAuthenticated(has);
    }

    /// Whoever was told our credentials may repeat them, so that of the reply the codes alone are
    /// kept. `complaint` is a registered word, or empty.
    Diagnostic notAuthenticated(Reply reply, String complaint) {
        EnhancedStatus said = reply.status().temporary();
        String text = "the host did not accept who we are";
        return new Diagnostic(
                Reason.AUTHENTICATION,
                said.subject() == 0 ? CREDENTIALS : said,
                complaint.isEmpty() ? text : text + ": " + complaint,
                host,
                withheld(reply).toString(),
                List.of());
    }

    /// TLS was not to be had, and nothing demands it.
    Diagnostic noTls(Shortfall why, String detail) {
        return Diagnostic.of(Reason.TLS, status(why), "TLS " + why.label() + ": " + detail, host);
    }

    /// The kind of what [#noTls] told.
    static Shortfall shortfall(Diagnostic noTls) {
        return noTls.status().equals(ENCRYPTION_NEEDED)
                ? Shortfall.NOT_OFFERED
                : Shortfall.HANDSHAKE_FAILED;
    }

    Diagnostic unmet(List<Unmet> unmet) {
        String who =
                unmet.stream()
                        .map(each -> each.demand().source().toString())
                        .distinct()
                        .collect(Collectors.joining(" and "));
        return new Diagnostic(
                Reason.TLS,
                status(unmet.getFirst().shortfall()),
                "the host does not meet the TLS demand of " + who,
                host,
                "",
                unmet.stream()
                        .map(each -> RemoteText.printable(each.toString(), MAX_DEMAND_CHARS))
                        .toList());
    }

    private static EnhancedStatus status(Shortfall shortfall) {
        return switch (shortfall) {
            case NOT_OFFERED, REFUSED -> ENCRYPTION_NEEDED;
            case REQUIRETLS_NOT_OFFERED -> REQUIRETLS_NEEDED;
            case HANDSHAKE_FAILED,
                    OLD_PROTOCOL,
                    EXPIRED,
                    UNTRUSTED,
                    REVOKED,
                    OCSP_INVALID,
                    OCSP_MISSING,
                    NAME_MISMATCH,
                    TLSA_MISMATCH,
                    PIN_MISMATCH,
                    SUITE_MISMATCH,
                    MX_MISMATCH ->
                    CRYPTOGRAPHY;
        };
    }

    private static Reply withheld(Reply reply) {
        String status =
                EnhancedStatus.atStartOf(reply.lines().getFirst())
                        .map(found -> found + " ")
                        .orElse("");
        return Reply.plain(reply.code(), status + AuthExchange.WITHHELD);
    }

    /// The reply with at most 2 KiB of text: what is kept of it for long.
    static Reply quoted(Reply reply) {
        if (reply.lines().size() == 1) return reply;
        int left = MAX_REMOTE_CHARS;
        var lines = new ArrayList<String>();
        for (String line : reply.lines()) {
            if (left <= 0) break;
            String kept = line.substring(0, Math.min(left, line.length()));
            lines.add(kept);
            left -= kept.length() + 1;
        }
        return new Reply(reply.code(), lines);
    }
}
