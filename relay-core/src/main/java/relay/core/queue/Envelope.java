package relay.core.queue;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.routing.MailSource;
import relay.core.tls.MessageTls;

/// What is true of a message for all its recipients. `sizeBytes` is the size of what we store: our
/// Received field and the content, lines ended by CR LF, not dot-stuffed.
///
/// `receiveConnector` is the name of the connector that took it, or `dsn` for a notice of our own;
/// `client` the address it came from (ours for a notice). `noticeRequest` is about all recipients in
/// a message's own envelope, and about those of the entry in an entry's.
/// `messageTls` is what the client or the message's header says of TLS.
public record Envelope(
        QueueId id,
        ReversePath sender,
        Set<Need> needs,
        long sizeBytes,
        Instant acceptedAt,
        String receiveConnector,
        InetAddress client,
        NoticeRequest noticeRequest,
        MessageTls messageTls) {

    /// The receive connector's name in a notice of our own.
    public static final String OWN_NOTICE = "dsn";

    /// The same of a message from a file that does not say which connector once took it.
    public static final String REPLAYED = "replay";

    /// What a host must offer to be given this message as it is; we never convert (RFC 6152 §3, RFC
    /// 6531 §3.2).
    public enum Need {
        EIGHT_BIT_MIME,
        SMTP_UTF8
    }

    public Envelope {
        needs = Set.copyOf(needs);
    }

    /// Whose sender said nothing of notices nor of TLS.
    public Envelope(
            QueueId id,
            ReversePath sender,
            Set<Need> needs,
            long sizeBytes,
            Instant acceptedAt,
            String receiveConnector,
            InetAddress client) {
        this(
                id,
                sender,
                needs,
                sizeBytes,
                acceptedAt,
                receiveConnector,
                client,
                NoticeRequest.NONE,
                MessageTls.BY_POLICY);
    }

    /// What the scopes of connectors are asked about.
    public MailSource source() {
        return new MailSource(receiveConnector, sender);
    }

    /// The same, with what was said of `recipients` alone.
    public Envelope about(List<Mailbox> recipients) {
        return asking(noticeRequest.about(recipients));
    }

    /// The same, whose sender asked for this.
    public Envelope asking(NoticeRequest request) {
        return new Envelope(
                id,
                sender,
                needs,
                sizeBytes,
                acceptedAt,
                receiveConnector,
                client,
                request,
                messageTls);
    }

    /// The same, that says this of TLS.
    public Envelope saying(MessageTls wish) {
        return new Envelope(
                id,
                sender,
                needs,
                sizeBytes,
                acceptedAt,
                receiveConnector,
                client,
                noticeRequest,
                wish);
    }

    /// What its lanes go by. A notice is better told in clear than lost, so it demands nothing,
    /// whatever it says (RFC 8689 §5).
    public MessageTls binding() {
        return switch (sender) {
            case ReversePath.Null _ ->
                    messageTls == MessageTls.REQUIRED ? MessageTls.BY_POLICY : messageTls;
            case ReversePath.Sender _ -> messageTls;
        };
    }
}
