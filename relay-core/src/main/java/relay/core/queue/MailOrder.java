package relay.core.queue;

/// What the operator wants done with single messages. What is being attempted is dealt with when
/// the attempt has ended, if there is anything left of it then.
public sealed interface MailOrder {

    /// Not attempted until it is released, nor expired.
    record Hold() implements MailOrder {}

    /// Given back to delivery, due at once.
    record Release(Poison poison) implements MailOrder {
        /// What is to be done with messages over which the relay failed.
        public enum Poison {
            STAYS_HELD,
            TOO
        }
    }

    /// Ended without delivery.
    record Remove(Notice notice) implements MailOrder {
        public enum Notice {
            /// Its sender is told, as when a host refuses it.
            TO_SENDER,
            NONE
        }
    }

    /// Sent by another connector, for as long as that one demands no less TLS than the one which
    /// the policy chooses; the TLS floor holds either way.
    record Redirect(String connector) implements MailOrder {}
}
