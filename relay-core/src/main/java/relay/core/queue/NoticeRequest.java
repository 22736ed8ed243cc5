package relay.core.queue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.RcptParameters;

/// What the sender asked for concerning notices (RFC 3461): how much of the message comes back,
/// under what envelope id (in xtext, or empty), and for each recipient of which events it wants to
/// hear. Recipients of which it said nothing are not in the map.
public record NoticeRequest(
        Returned returned, String envelopeId, Map<Mailbox, RcptParameters> recipients) {
    /// The sender said nothing.
    public static final NoticeRequest NONE = new NoticeRequest(Returned.NOT_SAID, "", Map.of());

    public NoticeRequest {
        var said = new HashMap<>(recipients);
        said.values().removeIf(RcptParameters.NONE::equals);
        recipients = Map.copyOf(said);
    }

    public RcptParameters of(Mailbox recipient) {
        return recipients.getOrDefault(recipient, RcptParameters.NONE);
    }

    /// The same, with what was said of `some` recipients alone.
    public NoticeRequest about(List<Mailbox> some) {
        if (recipients.isEmpty()) return this;
        var part = new HashMap<>(recipients);
        part.keySet().retainAll(some);
        return new NoticeRequest(returned, envelopeId, part);
    }

    /// As MAIL has it, each parameter with a blank before it; empty where there is none.
    @Override
    public String toString() {
        String ret =
                switch (returned) {
                    case NOT_SAID -> "";
                    case FULL -> " RET=FULL";
                    case HEADER -> " RET=HDRS";
                };
        return ret + (envelopeId.isEmpty() ? "" : " ENVID=" + envelopeId);
    }
}
