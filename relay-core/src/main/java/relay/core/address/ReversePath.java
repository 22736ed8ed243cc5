package relay.core.address;

/// Where notices about a message go: the argument of `MAIL FROM` (RFC 5321 §4.1.1.2).
public sealed interface ReversePath {

    /// `<>`: a notice itself, about which none must be sent (RFC 5321 §6.1).
    record Null() implements ReversePath {
        @Override
        public String toString() {
            return "";
        }
    }

    record Sender(Mailbox mailbox) implements ReversePath {
        @Override
        public String toString() {
            return mailbox.toString();
        }
    }
}
