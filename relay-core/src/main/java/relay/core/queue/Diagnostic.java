package relay.core.queue;

import java.util.List;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;

/// Why something was not delivered: the one source of log lines, notices, API answers and metrics.
///
/// `text` is ours, short, one line. `host` is who it happened with
/// (`mx.example.org[192.0.2.7]:25`), empty where no host was involved. `remoteReply` is what the
/// host said, or empty; it is bounded and printable since [relay.core.smtp.ReplyParser] made it.
/// `demands` names the TLS demands that were not met, each with who made it and what was seen.
public record Diagnostic(
        Reason reason,
        EnhancedStatus status,
        String text,
        String host,
        String remoteReply,
        List<String> demands) {

    /// What kind of trouble it is: the `reason` of `relay_deferred_total`.
    public enum Reason {
        /// The DNS did not answer, or has no host for the domain.
        DNS("dns"),
        /// No connection, or it was lost.
        CONNECTION("connection"),
        /// A host took longer than it may.
        TIMEOUT("timeout"),
        /// A TLS demand was not met.
        TLS("tls"),
        /// A smart host did not accept who we are.
        AUTHENTICATION("auth"),
        /// A host answered 4yz or 5yz.
        REPLY("reply"),
        /// The host lacks what the message needs.
        CAPABILITY("capability"),
        /// The lifetime ended.
        EXPIRED("expired"),
        /// The routing, a limit of ours, or a fault of ours.
        LOCAL("local"),
        /// The message itself makes the relay fail: a fault of ours that comes with it.
        POISON("poison");

        private final String label;

        Reason(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public Diagnostic {
        demands = List.copyOf(demands);
    }

    public static Diagnostic of(Reason reason, EnhancedStatus status, String text, String host) {
        return new Diagnostic(reason, status, text, host, "", List.of());
    }

    /// A host's own words, in answer to `command` (`RCPT TO`).
    public static Diagnostic said(Reply reply, String command, String host) {
        return new Diagnostic(
                Reason.REPLY,
                reply.status(),
                "the host answered " + command,
                host,
                reply.toString(),
                List.of());
    }

    /// The same trouble, at the end of the message's lifetime (RFC 3463: X.4.7, delivery time
    /// expired).
    public Diagnostic expired() {
        return new Diagnostic(
                Reason.EXPIRED,
                new EnhancedStatus(5, 4, 7),
                "not delivered in time; last: " + text,
                host,
                remoteReply,
                demands);
    }

    /// The same trouble, where it is to end the message at once.
    public Diagnostic permanent() {
        return new Diagnostic(reason, status.permanent(), text, host, remoteReply, demands);
    }

    /// On one line, for people.
    @Override
    public String toString() {
        var line = new StringBuilder(status.toString()).append(' ').append(text);
        if (!demands.isEmpty()) line.append(": ").append(String.join("; ", demands));
        if (!remoteReply.isEmpty()) line.append(": ").append(remoteReply);
        if (!host.isEmpty()) line.append(" [").append(host).append(']');
        return line.toString();
    }
}
