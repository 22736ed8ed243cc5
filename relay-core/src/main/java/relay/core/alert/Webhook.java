package relay.core.alert;

import java.net.URI;

/// Where alerts are posted. The URL may hold a secret in its path, and `authorization`, the value of
/// a header field or empty, is one: neither is ever shown.
public record Webhook(URI uri, String authorization) {
    /// Scheme, host and port, for people.
    @Override
    public String toString() {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return uri.getScheme() + "://" + uri.getHost() + port;
    }
}
