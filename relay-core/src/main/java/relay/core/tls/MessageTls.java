package relay.core.tls;

/// What a message itself says of the TLS that carries it (RFC 8689).
public enum MessageTls {
    /// Nothing: what the operator and the partner demand counts.
    BY_POLICY,
    /// REQUIRETLS: a host whose identity is certain, over TLS, that requires the same of the next
    /// (RFC 8689 §4.2.1).
    REQUIRED,
    /// The header field `TLS-Required: No`: what the partner publishes does not count (RFC 8689
    /// §4.2.2). What the operator demands does.
    NOT_REQUIRED
}
