package relay.server.notice;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.server.notice.Report.Kind;
import relay.server.notice.ReturnedContent.Extent;

/// The part for people: what became of the message, for whom, and why, in plain words. Recipients
/// that share a reason are told together.
final class HumanPart {
    private static final String INDENT = "    ";

    private final List<String> lines = new ArrayList<>();

    private HumanPart() {}

    /// Lines ended by CR LF.
    static String of(Report report, Extent returned) {
        var part = new HumanPart();
        part.add("", "This is the mail relay " + report.hostname() + ".");
        part.lines.add("");
        part.add("", opening(report));
        byReason(report.recipients()).forEach(part::reason);
        part.lines.add("");
        part.add("", attached(returned));
        return String.join("\r\n", part.lines) + "\r\n";
    }

    private static String attached(Extent returned) {
        return switch (returned) {
            case NOTHING -> "Attached is a report for machines.";
            case HEADER -> "Attached are a report for machines and the header of your message.";
            case WHOLE -> "Attached are a report for machines and your message.";
        };
    }

    private static String opening(Report report) {
        String message =
                "Your message of "
                        + Report.date(report.original().acceptedAt())
                        + " (queue id "
                        + report.original().id()
                        + ")";
        return switch (report.kind()) {
            case Kind.Failed _ ->
                    message
                            + " could not be delivered to the recipients below."
                            + " It will not be tried again.";
            case Kind.Delayed(var retryUntil) ->
                    message
                            + " has not been delivered yet to the recipients below."
                            + " You need not send it again: delivery is tried until "
                            + Report.date(retryUntil)
                            + ".";
            case Kind.Relayed _ ->
                    message
                            + " was taken by the next mail server for the recipients below. That"
                            + " server tells senders of failures at most, so this is the last that"
                            + " you hear of it unless it fails.";
        };
    }

    private static Map<Diagnostic, List<Mailbox>> byReason(Map<Mailbox, Diagnostic> recipients) {
        var groups = new LinkedHashMap<Diagnostic, List<Mailbox>>();
        recipients.forEach((recipient, why) ->
                groups.computeIfAbsent(why, _ -> new ArrayList<>()).add(recipient));
        return groups;
    }

    private void reason(Diagnostic why, List<Mailbox> recipients) {
        lines.add("");
        recipients.forEach(recipient -> add("", recipient.toString()));
        add(INDENT, "Reason: " + why.text() + " (" + why.status() + ")");
        if (!why.host().isEmpty()) add(INDENT, "Mail server: " + why.host());
        if (!why.remoteReply().isEmpty()) add(INDENT, "It answered: " + why.remoteReply());
        if (!why.demands().isEmpty()) demands(why.demands());
    }

    private void demands(List<String> demands) {
        add(
                INDENT,
                "Mail to this recipient must be sent over a secure connection. The partner's"
                        + " mail server did not allow for one, so nothing of the message was sent"
                        + " to it.");
        for (String unmet : demands) {
            TlsAdvice.of(unmet)
                    .map(TlsAdvice::lines)
                    .orElseGet(() -> List.of("Not met: " + unmet))
                    .forEach(line -> add(INDENT + INDENT, line));
        }
    }

    private void add(String indent, String text) {
        lines.addAll(Lines.wrap(indent, Lines.printable(text), indent));
    }
}
