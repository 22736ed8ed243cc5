package relay.core.routing;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import relay.core.address.IpRange;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.sasl.SaslUsers;

/// Who may hand us mail, where, and within which limits: the counterpart of an Exchange receive
/// connector.
public record ReceiveConnector(
        String name,
        Origin origin,
        List<Binding> bindings,
        List<IpRange> remoteIpRanges,
        RequireTls requireTls,
        Authentication authentication,
        Limits limits,
        ClientCertificates clientCertificates) {

    /// A listening socket. Several connectors may share one; the most specific remote range then
    /// decides.
    public record Binding(InetSocketAddress address, TlsMode tlsMode) {}

    /// Whether clients log in (RFC 4954), and who may.
    public record Authentication(Need need, SaslUsers users) {
        public static final Authentication NONE = new Authentication(Need.NONE, SaslUsers.NONE);

        public enum Need {
            NONE,
            OFFERED,
            REQUIRED
        }
    }

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

    /// Where nobody logs in, or shows a certificate.
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
                Authentication.NONE,
                limits,
                ClientCertificates.NOT_ASKED);
    }

    public ReceiveConnector {
        bindings = List.copyOf(bindings);
        remoteIpRanges = List.copyOf(remoteIpRanges);
    }
}
