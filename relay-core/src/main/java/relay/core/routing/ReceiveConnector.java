package relay.core.routing;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import relay.core.address.IpRange;
import relay.core.routing.SmartHost.TlsMode;

/// Who may hand us mail, where, and within which limits: the counterpart of an Exchange receive
/// connector.
public record ReceiveConnector(
        String name,
        Origin origin,
        List<Binding> bindings,
        List<IpRange> remoteIpRanges,
        RequireTls requireTls,
        Limits limits,
        ClientCertificates clientCertificates) {

    /// A listening socket. Several connectors may share one; the most specific remote range then
    /// decides.
    public record Binding(InetSocketAddress address, TlsMode tlsMode) {}

    public enum RequireTls {
        YES,
        NO
    }

    /// `maxHopCount` counts Received fields; `inactivityTimeout` is the longest wait for the
    /// client's next bytes.
    public record Limits(
            long maxMessageSizeBytes,
            int maxRecipientsPerMessage,
            int maxConnections,
            int maxConnectionsPerSource,
            int maxHopCount,
            Duration inactivityTimeout) {
        public static final Limits DEFAULT =
                new Limits(36L << 20, 200, 5000, 100, 30, Duration.ofMinutes(5));
    }

    /// One that asks for no client certificates.
    public ReceiveConnector(
            String name,
            Origin origin,
            List<Binding> bindings,
            List<IpRange> remoteIpRanges,
            RequireTls requireTls,
            Limits limits) {
        this(
                name,
                origin,
                bindings,
                remoteIpRanges,
                requireTls,
                limits,
                ClientCertificates.NOT_ASKED);
    }

    public ReceiveConnector {
        bindings = List.copyOf(bindings);
        remoteIpRanges = List.copyOf(remoteIpRanges);
    }
}
