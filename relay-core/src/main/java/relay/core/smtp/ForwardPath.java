package relay.core.smtp;

import relay.core.address.Mailbox;

/// Where a message goes: the argument of `RCPT TO`, its source route dropped (RFC 5321 §4.1.1.3,
/// appendix C).
public sealed interface ForwardPath {

    record Recipient(Mailbox mailbox) implements ForwardPath {}

    /// `<postmaster>` without a domain: the postmaster of this relay (RFC 5321 §4.5.1). The local
    /// part is as it came, in any case.
    record Postmaster(String localPart) implements ForwardPath {}
}
