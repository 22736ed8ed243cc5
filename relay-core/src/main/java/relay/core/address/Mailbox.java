package relay.core.address;

/// A mailbox, `local-part@domain` (RFC 5321 §4.1.2). The local part is kept as it came, quotes and
/// case included, since only its own host may interpret it (RFC 5321 §2.3.11).
public record Mailbox(String localPart, Domain domain) {
    public Mailbox {
        if (localPart.isEmpty()) throw new IllegalArgumentException("empty local part");
    }

    /// Whether the local part has characters that only SMTPUTF8 can carry (RFC 6531 §3.2). A domain
    /// always has A-labels.
    public boolean needsSmtpUtf8() {
        for (int i = 0; i < localPart.length(); i++) if (localPart.charAt(i) > 127) return true;
        return false;
    }

    @Override
    public String toString() {
        return localPart + "@" + domain.name();
    }
}
