package relay.core.queue;

import relay.core.smtp.Reply;

/// The result of one attempt for one recipient.
public sealed interface DeliveryOutcome {

    /// The host took charge of it.
    record Delivered(Reply reply) implements DeliveryOutcome {}

    /// Not delivered, and worth another try: 4yz, network trouble, an unmet TLS demand.
    record Deferred(Diagnostic why) implements DeliveryOutcome {}

    /// The connection died between the final dot and its reply, so the host may hold the message.
    /// RFC 5321 §4.2.5 leaves the risk with us: we try again, and say "possible duplicate".
    record InDoubt(Diagnostic why) implements DeliveryOutcome {}

    /// The host said no for good, or the message can never pass: 5yz.
    record Rejected(Diagnostic why) implements DeliveryOutcome {}
}
