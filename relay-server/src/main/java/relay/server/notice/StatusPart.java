package relay.server.notice;

import java.nio.charset.StandardCharsets;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Xtext;
import relay.server.notice.Report.Kind;

/// The part for machines, `message/delivery-status` (RFC 3464 §2): a group of fields about the
/// message, then one for each recipient. It is ASCII whatever it tells of.
final class StatusPart {
    private final StringBuilder text = new StringBuilder();

    private StatusPart() {}

    static byte[] of(Report report) {
        var part = new StatusPart();
        // RFC 3464 §2.2.1: what the sender called this transaction.
        Xtext.decode(report.original().noticeRequest().envelopeId())
                .ifPresent(id -> part.unfolded("Original-Envelope-Id", id));
        part.field("Reporting-MTA", "dns; " + report.hostname());
        part.field("X-Relay-Queue-ID", report.original().id().toString());
        part.field("Arrival-Date", Report.date(report.original().acceptedAt()));
        report.recipients().forEach((recipient, why) -> part.group(report, recipient, why));
        return part.text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void group(Report report, Mailbox recipient, Diagnostic why) {
        text.append("\r\n");
        report.original()
                .noticeRequest()
                .of(recipient)
                .originalRecipientDecoded()
                .ifPresent(original -> unfolded("Original-Recipient", original));
        unfolded("Final-Recipient", address(recipient));
        field("Action", action(report.kind()));
        field("Status", status(report.kind(), why.status()).toString());
        if (!why.host().isEmpty()) field("Remote-MTA", "dns; " + hostName(why.host()));
        field("Diagnostic-Code", diagnosticCode(why));
        field("Last-Attempt-Date", Report.date(report.now()));
        if (report.kind() instanceof Kind.Delayed(var retryUntil)) {
            field("Will-Retry-Until", Report.date(retryUntil));
        }
    }

    /// For what may have spaces that count, as a quoted local part.
    private void unfolded(String name, String value) {
        text.append(name).append(": ").append(Lines.ascii(value)).append("\r\n");
    }

    private void field(String name, String value) {
        Lines.wrap(name + ": ", Lines.ascii(value), " ")
                .forEach(line -> text.append(line).append("\r\n"));
    }

    /// With an address type of its own where the local part is not ASCII (RFC 6533 §3).
    private static String address(Mailbox recipient) {
        return recipient.needsSmtpUtf8()
                ? "utf-8; " + xtext(recipient.toString())
                : "rfc822; " + recipient;
    }

    /// The 7-bit form of an address, in which `+`, `=`, `\`, spaces and what is not ASCII are
    /// written as code points.
    private static String xtext(String address) {
        var xtext = new StringBuilder();
        address.codePoints()
                .forEach(c -> {
                    boolean plain = c > ' ' && c < 0x7f && "+=\\".indexOf(c) < 0;
                    if (plain) xtext.appendCodePoint(c);
                    else xtext.append(Lines.codePoint(c));
                });
        return xtext.toString();
    }

    private static String action(Kind kind) {
        return switch (kind) {
            case Kind.Failed _ -> "failed";
            case Kind.Delayed _ -> "delayed";
            case Kind.Relayed _ -> "relayed";
        };
    }

    /// The class goes with the action, also where a host said 5yz to us and not to the message.
    private static EnhancedStatus status(Kind kind, EnhancedStatus status) {
        return switch (kind) {
            case Kind.Failed _ -> status.permanent();
            case Kind.Delayed _ -> status.temporary();
            case Kind.Relayed _ -> new EnhancedStatus(2, status.subject(), status.detail());
        };
    }

    /// The name in `mx.example.org[192.0.2.7]:25`; the address in brackets where there is no name.
    private static String hostName(String host) {
        int bracket = host.indexOf('[');
        int end = host.indexOf(']');
        if (bracket < 0 || end < bracket) return host;
        String name = host.substring(0, bracket);
        String address = host.substring(bracket + 1, end);
        if (!name.equals(address)) return name;
        return "[" + (address.contains(":") ? "IPv6:" : "") + address + "]";
    }

    /// `smtp` is for what a host said (RFC 3464 §2.3.6); what we found ourselves has a type of
    /// ours.
    private static String diagnosticCode(Diagnostic why) {
        if (!why.remoteReply().isEmpty()) return "smtp; " + why.remoteReply();
        String demands = why.demands().isEmpty() ? "" : ": " + String.join("; ", why.demands());
        return "x-relay; " + why.text() + demands;
    }
}
