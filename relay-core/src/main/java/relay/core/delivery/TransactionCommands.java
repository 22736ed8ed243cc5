package relay.core.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.Delivered.SuccessNotice;
import relay.core.queue.DeliveryOutcome.Rejected;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.QueueEntry;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Extension;
import relay.core.smtp.Extensions;
import relay.core.tls.Evidence;
import relay.core.tls.MessageTls;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;

/// Writes the commands of a transaction for a host that has `extensions`, and knows what such a
/// host cannot be given. Messages are never converted (RFC 6152 §3, RFC 6531 §3.2).
///
/// To a host at which we are logged in, AUTH says that we do not vouch for who submitted the message
/// (RFC 4954 §5). Elsewhere nobody's word on it counts, and some hosts know no such parameter.
record TransactionCommands(
        Extensions extensions, TlsProof proof, Login login, HostTrouble trouble) {
    /// Whether we are logged in at the host.
    enum Login {
        DONE,
        NONE
    }

    /// What becomes of an entry that this host is not told of at all; empty where it may be. The
    /// demands are asked again for each message; one with REQUIRETLS has those of its own, whatever
    /// the connection was made for.
    Optional<DeliveryOutcome> obstacle(QueueEntry entry) {
        List<Unmet> unmet = new ArrayList<>(TlsDemand.unmet(proof.demands(), proof.evidence()));
        if (entry.envelope().binding() == MessageTls.REQUIRED) {
            unmet.addAll(RequireTls.missing(proof, extensions));
        }
        if (!unmet.isEmpty()) return Optional.of(new Deferred(trouble.unmet(unmet)));
        return incapacity(entry).map(Rejected::new);
    }

    /// Why this host cannot be given the message as it is; empty where it can.
    private Optional<Diagnostic> incapacity(QueueEntry entry) {
        Envelope envelope = entry.envelope();
        if (isAny(entry, TransactionCommands::hasControlCharacter)) {
            var status = new EnhancedStatus(5, 1, 3);
            String text = "an address has a control character";
            return Optional.of(Diagnostic.of(Reason.LOCAL, status, text, proof.host()));
        }
        if (needsSmtpUtf8(entry) && !extensions.offers(Extension.SMTP_UTF8)) {
            return capability(6, 7, "the message needs SMTPUTF8, which the host does not offer");
        }
        if (envelope.needs().contains(Need.EIGHT_BIT_MIME)
                && !extensions.offers(Extension.EIGHT_BIT_MIME)) {
            return capability(6, 3, "the message needs 8BITMIME, which the host does not offer");
        }
        long limit = extensions.maxMessageSizeBytes();
        if (envelope.sizeBytes() > limit) {
            return capability(
                    3,
                    4,
                    "the message has %d bytes, and the host takes %d"
                            .formatted(envelope.sizeBytes(), limit));
        }
        return Optional.empty();
    }

    private Optional<Diagnostic> capability(int subject, int detail, String text) {
        var status = new EnhancedStatus(5, subject, detail);
        return Optional.of(Diagnostic.of(Reason.CAPABILITY, status, text, proof.host()));
    }

    /// `MAIL FROM:<…>` with the parameters that the host knows (RFC 1870 §6, RFC 6152 §2,
    /// RFC 3461 §5.2.1).
    String mail(QueueEntry entry) {
        Envelope envelope = entry.envelope();
        var command = new StringBuilder("MAIL FROM:<").append(envelope.sender()).append('>');
        if (extensions.offers(Extension.SIZE)) {
            command.append(" SIZE=").append(envelope.sizeBytes());
        }
        if (envelope.needs().contains(Need.EIGHT_BIT_MIME)) command.append(" BODY=8BITMIME");
        if (needsSmtpUtf8(entry)) command.append(" SMTPUTF8");
        if (isTaggedOnward(envelope)) command.append(" REQUIRETLS");
        if (login == Login.DONE) command.append(" AUTH=<>");
        if (extensions.offers(Extension.DSN)) command.append(envelope.noticeRequest());
        return command.append("\r\n").toString();
    }

    /// A message that must have REQUIRETLS gets to no host without it; a notice passes it on where
    /// it can (RFC 8689 §5).
    private boolean isTaggedOnward(Envelope envelope) {
        return envelope.messageTls() == MessageTls.REQUIRED
                && proof.evidence() instanceof Evidence.Encrypted
                && extensions.offers(Extension.REQUIRETLS);
    }

    String recipient(QueueEntry entry, Mailbox recipient) {
        String parameters =
                extensions.offers(Extension.DSN)
                        ? entry.envelope().noticeRequest().of(recipient).toString()
                        : "";
        return "RCPT TO:<" + recipient + ">" + parameters + "\r\n";
    }

    /// Who tells the sender that the host took the message, where it wants to be told.
    SuccessNotice successNotice() {
        return extensions.offers(Extension.DSN) ? SuccessNotice.BY_NEXT_HOST : SuccessNotice.BY_US;
    }

    private static boolean needsSmtpUtf8(QueueEntry entry) {
        return entry.envelope().needs().contains(Need.SMTP_UTF8)
                || isAny(entry, Mailbox::needsSmtpUtf8);
    }

    /// Whether the sender is so, or a recipient.
    private static boolean isAny(QueueEntry entry, Predicate<Mailbox> so) {
        boolean sender =
                switch (entry.envelope().sender()) {
                    case ReversePath.Null _ -> false;
                    case ReversePath.Sender(var mailbox) -> so.test(mailbox);
                };
        if (sender) return true;
        for (Mailbox recipient : entry.recipients()) if (so.test(recipient)) return true;
        return false;
    }

    // The intake lets none in; here one would be a command of its own.
    private static boolean hasControlCharacter(Mailbox mailbox) {
        String local = mailbox.localPart();
        for (int i = 0; i < local.length(); i++) {
            if (Character.isISOControl(local.charAt(i))) return true;
        }
        return false;
    }
}
