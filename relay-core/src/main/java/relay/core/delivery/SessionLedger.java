package relay.core.delivery;

import relay.core.routing.Lane;
import relay.core.tls.Evidence;

/// Hears what TLS came to with each host that was connected to, and with those that a policy rules
/// out: what reports to their owners are made of (RFC 8460 §1). It decides nothing. Any thread, event
/// loops among them; must not block.
@FunctionalInterface
public interface SessionLedger {
    /// Keeps no account.
    SessionLedger NONE = (_, _, _) -> {};

    /// The fall-back to plaintext after a failure is no session of its own.
    void session(Lane lane, HostPlan host, Evidence evidence);
}
