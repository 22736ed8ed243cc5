package relay.core.routing;

/// A configured next hop. `host` is a DNS name in lower case or an IP address without brackets.
public record SmartHost(String host, HostKind kind, int port, TlsMode tlsMode) {
    public enum HostKind {
        NAME,
        ADDRESS
    }

    /// How TLS begins: after a command (RFC 3207), or with the first byte (RFC 8314 §3.3).
    public enum TlsMode {
        STARTTLS,
        IMPLICIT
    }

    public SmartHost {
        if (port < 1 || port > 65535) throw new IllegalArgumentException("port " + port);
    }

    @Override
    public String toString() {
        String shown = kind == HostKind.ADDRESS ? "[" + host + "]" : host;
        return (tlsMode == TlsMode.IMPLICIT ? "implicit-tls://" : "") + shown + ":" + port;
    }
}
