package relay.core.routing;

import relay.core.address.ReversePath;

/// Where a message came from, as far as routing cares: the receive connector that took it, `dsn` for
/// a message of our own, and who it claims sent it.
public record MailSource(String receiveConnector, ReversePath sender) {
    /// What nothing is known of: no scope fits it.
    public static final MailSource UNKNOWN = new MailSource("", new ReversePath.Null());
}
