package relay.core.queue;

import relay.core.smtp.Reply;

/// The result of one attempt for one recipient.
public sealed interface DeliveryOutcome {

    /// The host took charge of it. `success` says who tells the sender, where it wants to be told.
    record Delivered(Reply reply, SuccessNotice success) implements DeliveryOutcome {
        public enum SuccessNotice {
            /// The host knows what the sender asked for (RFC 3461 §5.2.1).
            BY_NEXT_HOST,
            /// The host does not take such requests (RFC 3461 §5.2.2).
            BY_US
        }

        /// By a host that does not take requests.
        public Delivered(Reply reply) {
            this(reply, SuccessNotice.BY_US);
        }
    }

    /// Not delivered, and worth another try: 4yz, network trouble, an unmet TLS demand.
    record Deferred(Diagnostic why) implements DeliveryOutcome {}

    /// The connection died between the final dot and its reply, so the host may hold the message.
    /// RFC 5321 §4.2.5 leaves the risk with us: we try again, and say "possible duplicate".
    record InDoubt(Diagnostic why) implements DeliveryOutcome {}

    /// The host said no for good, or the message can never pass: 5yz.
    record Rejected(Diagnostic why) implements DeliveryOutcome {}
}
