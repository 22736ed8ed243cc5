package relay.core.intake;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.MailSource;
import relay.core.routing.PolicyTable;
import relay.core.routing.Route;
import relay.core.smtp.ContentFacts;
import relay.core.smtp.MailParameters;
import relay.core.smtp.MailParameters.Body;
import relay.core.smtp.MailParameters.RequireTls;
import relay.core.smtp.MailParameters.SmtpUtf8;
import relay.core.smtp.RcptParameters;
import relay.core.smtp.Reply;
import relay.core.tls.MessageTls;

/// One mail transaction: who sends, to whom, by which lanes (RFC 5321 §3.3), over which receive
/// connector. Uses one policy table throughout. Confined to its session's thread.
final class Transaction {
    private final MailSource source;
    private final MailParameters parameters;
    private final PolicyTable policy;
    private final Set<Mailbox> recipients = new LinkedHashSet<>();
    private final Map<Mailbox, RcptParameters> wishes = new LinkedHashMap<>();
    private final Map<Lane, LaneShare> shares = new LinkedHashMap<>();

    private boolean toldTooMany;

    private record LaneShare(long maxSizeBytes, List<Mailbox> recipients) {}

    Transaction(MailSource source, MailParameters parameters, PolicyTable policy) {
        this.source = source;
        this.parameters = parameters;
        this.policy = policy;
    }

    SmtpUtf8 smtpUtf8() {
        return parameters.smtpUtf8();
    }

    List<Mailbox> recipients() {
        return List.copyOf(recipients);
    }

    boolean hasRecipients() {
        return !recipients.isEmpty();
    }

    /// Takes a recipient, or says why not. One that is named twice is one recipient, and its first
    /// parameters count.
    Reply add(Mailbox recipient, RcptParameters wish, int maxRecipients) {
        if (recipients.contains(recipient)) return IntakeReplies.RECIPIENT_OK;
        if (recipients.size() >= maxRecipients) return IntakeReplies.TOO_MANY_RECIPIENTS;
        Route route = policy.route(recipient.domain(), source);
        long maxSizeBytes = maxSizeBytes(route);
        if (parameters.sizeBytes() > maxSizeBytes) return IntakeReplies.TOO_LARGE_FOR_ROUTE;
        recipients.add(recipient);
        wishes.put(recipient, wish);
        shares.computeIfAbsent(route.lane(), _ -> new LaneShare(maxSizeBytes, new ArrayList<>()))
                .recipients()
                .add(recipient);
        return IntakeReplies.RECIPIENT_OK;
    }

    /// True once: one recipient too many is news, and the next thousand are not.
    boolean isFirstTooMany() {
        boolean first = !toldTooMany;
        toldTooMany = true;
        return first;
    }

    /// Where this holds for some recipients only, the message is accepted, and the lanes that
    /// cannot carry it end theirs with a notice.
    boolean isTooLargeForAll(long storedBytes) {
        for (LaneShare share : shares.values())
            if (storedBytes <= share.maxSizeBytes()) return false;
        return true;
    }

    /// What a host must offer. Asking for SMTPUTF8 alone is no need: most of that mail is ASCII
    /// (RFC 6531 §3.4).
    Set<Need> needs(ContentFacts facts) {
        var needs = EnumSet.noneOf(Need.class);
        boolean eightBit = facts.whole() == ContentFacts.Octets.EIGHT_BIT;
        if (eightBit || parameters.body() == Body.EIGHT_BIT_MIME) needs.add(Need.EIGHT_BIT_MIME);
        if (smtpUtf8() == SmtpUtf8.ASKED && hasNonAscii(facts)) needs.add(Need.SMTP_UTF8);
        return needs;
    }

    /// One entry a lane.
    List<QueueEntry> entries(Envelope envelope) {
        var entries = new ArrayList<QueueEntry>();
        shares.forEach((lane, share) -> {
            Envelope part = envelope.about(share.recipients());
            Lane own = lane.forMessages(envelope.binding());
            entries.add(QueueEntry.fresh(part, entries.size(), own, share.recipients()));
        });
        return entries;
    }

    /// What the sender wants to be told of it.
    NoticeRequest noticeRequest() {
        return new NoticeRequest(parameters.returned(), parameters.envelopeId(), wishes);
    }

    /// What the message says of TLS: where the client asked for REQUIRETLS, its header is ignored
    /// (RFC 8689 §4.1).
    MessageTls messageTls(ContentFacts facts) {
        if (parameters.requireTls() == RequireTls.ASKED) return MessageTls.REQUIRED;
        return switch (facts.tlsRequired()) {
            case NO -> MessageTls.NOT_REQUIRED;
            case NOT_SAID -> MessageTls.BY_POLICY;
        };
    }

    ReversePath sender() {
        return source.sender();
    }

    private boolean hasNonAscii(ContentFacts facts) {
        return facts.header() == ContentFacts.Octets.EIGHT_BIT
                || (source.sender() instanceof ReversePath.Sender(var mailbox)
                        && mailbox.needsSmtpUtf8())
                || recipients.stream().anyMatch(Mailbox::needsSmtpUtf8);
    }

    private static long maxSizeBytes(Route route) {
        return switch (route) {
            case Route.Via(var connector, _, _, _) -> connector.maxMessageSizeBytes();
            case Route.Unreachable _ -> Long.MAX_VALUE;
        };
    }
}
