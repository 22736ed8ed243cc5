package relay.core.smtp;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The parameters of `RCPT TO`: what the sender wants to be told of this recipient, NOTIFY (RFC
/// 3461 §4.1), and how it was first addressed, ORCPT (RFC 3461 §4.2).
///
/// `conditions` is empty where the client did not say. `originalRecipient` is empty, or an address type
/// and an encoded address as the client wrote it (`rfc822;a+2Bb@example.org`): at most 500 ASCII
/// characters.
public record RcptParameters(Set<Notify> conditions, String originalRecipient) {
    public static final RcptParameters NONE = new RcptParameters(Set.of(), "");

    /// What to be told of. `NEVER` stands alone.
    public enum Notify {
        NEVER,
        SUCCESS,
        FAILURE,
        DELAY
    }

    public RcptParameters {
        conditions = Set.copyOf(conditions);
        if (conditions.contains(Notify.NEVER) && conditions.size() > 1) {
            throw new IllegalArgumentException("NEVER and something else: " + conditions);
        }
    }

    /// Whether the sender is to be told of `event`. One who did not say is told of failures and
    /// delays.
    public boolean wants(Notify event) {
        return conditions.isEmpty()
                ? event == Notify.FAILURE || event == Notify.DELAY
                : conditions.contains(event);
    }

    /// The original recipient as a notice names it, `rfc822;a+b@example.org`; empty where there is
    /// none.
    public Optional<String> originalRecipientDecoded() {
        int semicolon = originalRecipient.indexOf(';');
        if (semicolon < 0) return Optional.empty();
        String address = originalRecipient.substring(semicolon + 1);
        String type = originalRecipient.substring(0, semicolon + 1);
        return type.equalsIgnoreCase("utf-8;")
                ? Optional.of(originalRecipient)
                : Xtext.decode(address).map(type::concat);
    }

    /// As RCPT has them, each with a blank before it; empty where there is none.
    @Override
    public String toString() {
        String words =
                conditions.stream().sorted().map(Notify::toString).collect(Collectors.joining(","));
        return (words.isEmpty() ? "" : " NOTIFY=" + words)
                + (originalRecipient.isEmpty() ? "" : " ORCPT=" + originalRecipient);
    }
}
