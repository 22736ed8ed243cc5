package relay.server.notice;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.ContentSource;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.routing.MailSource;
import relay.core.routing.PolicyTable;
import relay.core.smtp.RcptParameters.Notify;
import relay.core.tls.MessageTls;
import relay.server.notice.Report.Kind;

/// Tells senders what became of their mail, with messages of our own: delivery status notifications
/// from the null sender (RFC 5321 §6.1), on their way by the connector of the sender's domain.
///
/// Any number of threads may share it. The methods block where the original's header has to be read
/// from disk.
public final class Notices {
    /// What scopes of connectors see of a notice.
    private static final MailSource OWN =
            new MailSource(Envelope.OWN_NOTICE, new ReversePath.Null());

    private final Domain hostname;
    private final Supplier<QueueId> newId;
    private final ContentSource contents;
    private final ReportComposer composer;

    /// `hostname` is the relay's own name; `newId` gives each notice its id.
    public Notices(Domain hostname, Supplier<QueueId> newId, ContentSource contents) {
        this.hostname = hostname;
        this.newId = newId;
        this.contents = contents;
        this.composer = new ReportComposer(hostname);
    }

    /// The notice that delivery to `failed` has ended without success: one for all of them. Empty
    /// where the sender is null or wants to hear of none of them. `now` is when it ended.
    public List<Notice> failure(
            QueueEntry entry, Map<Mailbox, Diagnostic> failed, PolicyTable policy, Instant now) {
        return notice(entry, wanted(entry, failed, Notify.FAILURE), new Kind.Failed(), policy, now);
    }

    /// The notice that `relayed` have been given to a host which will not tell the sender what
    /// becomes of them (RFC 3461 §5.2.2). Empty where the sender is null, or did not ask for it.
    public List<Notice> relayed(
            QueueEntry entry, Map<Mailbox, Diagnostic> relayed, PolicyTable policy, Instant now) {
        return notice(
                entry, wanted(entry, relayed, Notify.SUCCESS), new Kind.Relayed(), policy, now);
    }

    /// The notice that delivery to `waiting` takes long and is tried until `retryUntil`. Empty
    /// where the sender is null or wants to hear of none of them.
    public List<Notice> delayed(
            QueueEntry entry,
            Map<Mailbox, Diagnostic> waiting,
            Instant retryUntil,
            PolicyTable policy,
            Instant now) {
        var wanted = wanted(entry, waiting, Notify.DELAY);
        return notice(entry, wanted, new Kind.Delayed(retryUntil), policy, now);
    }

    /// Those of whom the sender wants to hear such a thing: of the others not even in passing (RFC
    /// 3461 §5.2.8).
    private static Map<Mailbox, Diagnostic> wanted(
            QueueEntry entry, Map<Mailbox, Diagnostic> recipients, Notify event) {
        var wanted = new LinkedHashMap<>(recipients);
        var request = entry.envelope().noticeRequest();
        wanted.keySet().removeIf(recipient -> !request.of(recipient).wants(event));
        return wanted;
    }

    private List<Notice> notice(
            QueueEntry entry,
            Map<Mailbox, Diagnostic> recipients,
            Kind kind,
            PolicyTable policy,
            Instant now) {
        if (recipients.isEmpty()) return List.of();
        return switch (entry.envelope().sender()) {
            case ReversePath.Null _ -> List.of();
            case ReversePath.Sender(var sender) -> {
                QueueId id = newId.get();
                var returned = ReturnedContent.read(contents, entry.envelope(), kind);
                var report =
                        new Report(id, hostname, sender, entry.envelope(), kind, recipients, now);
                byte[] content = composer.compose(report, returned);
                Lane lane = policy.route(sender.domain(), OWN).lane();
                yield List.of(new Notice(message(report, lane, content), readOnly(content)));
            }
        };
    }

    /// About mail that required TLS it says the same of itself, as far as hosts understand (RFC 8689
    /// §5).
    private static QueuedMessage message(Report report, Lane lane, byte[] content) {
        Mailbox to = report.to();
        boolean required = report.original().messageTls() == MessageTls.REQUIRED;
        var envelope =
                new Envelope(
                                report.id(),
                                new ReversePath.Null(),
                                to.needsSmtpUtf8() ? Set.of(Need.SMTP_UTF8) : Set.of(),
                                content.length,
                                report.now(),
                                Envelope.OWN_NOTICE,
                                InetAddress.getLoopbackAddress())
                        .saying(required ? MessageTls.REQUIRED : MessageTls.BY_POLICY);
        return new QueuedMessage(
                envelope, List.of(QueueEntry.fresh(envelope, 0, lane, List.of(to))));
    }

    private static ByteBuffer readOnly(byte[] content) {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }
}
