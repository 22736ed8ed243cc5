package relay.core.routing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import relay.core.address.IpRange;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.sasl.SaslUsers;

/// Who may hand us mail, where, and within which limits: the counterpart of an Exchange receive
/// connector.
///
/// A client that is one of `proxies` speaks for others: it says first, in the PROXY protocol, whose
/// connection it hands on, and `remoteIpRanges` are about that address. One of `xclients`, which is
/// in a range itself, may say so within SMTP, by XCLIENT.
public record ReceiveConnector(
        String name,
        Origin origin,
        List<Binding> bindings,
        List<IpRange> remoteIpRanges,
        RequireTls requireTls,
        Authentication authentication,
        Limits limits,
        ClientCertificates clientCertificates,
        List<IpRange> proxies,
        List<IpRange> xclients,
        BareLineFeed bareLineFeed) {

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

    /// What becomes of a message with an LF that no CR precedes (RFC 5321 §2.3.8).
    public enum BareLineFeed {
        REJECT,
        /// It becomes the CR LF that its client meant; it never ends the data.
        REPAIR
    }

    /// `maxHopCount` counts Received fields; `inactivityTimeout` is the longest wait for the
    /// client's next bytes.
    public record Limits(
            long maxMessageSizeBytes,
            int maxRecipientsPerMessage,
            int maxConnections,
            int maxConnectionsPerSource,
            int maxHopCount,
            Duration inactivityTimeout,
            Conduct conduct) {
        public static final Limits DEFAULT =
                new Limits(36L << 20, 200, 5000, 100, 30, Duration.ofMinutes(5));

        /// With the usual limits of conduct.
        public Limits(
                long maxMessageSizeBytes,
                int maxRecipientsPerMessage,
                int maxConnections,
                int maxConnectionsPerSource,
                int maxHopCount,
                Duration inactivityTimeout) {
            this(
                    maxMessageSizeBytes,
                    maxRecipientsPerMessage,
                    maxConnections,
                    maxConnectionsPerSource,
                    maxHopCount,
                    inactivityTimeout,
                    Conduct.DEFAULT);
        }
    }

    /// How much of our patience one connection may use up.
    ///
    /// `maxProtocolErrors` are those in a row; from the fifth on each is followed by a pause of
    /// `tarpitInterval`. After `connectionTimeout` a connection ends when its message has, and after
    /// twice that time at once. `maxMessagesPerMinute` is for each source; a line and a header are
    /// measured as they are stored.
    public record Conduct(
            int maxCommands,
            int maxProtocolErrors,
            Duration tarpitInterval,
            Duration connectionTimeout,
            int maxMessages,
            int maxMessagesPerMinute,
            long maxHeaderSizeBytes,
            long maxLineBytes) {
        public static final int NO_LIMIT = Integer.MAX_VALUE;
        public static final Conduct DEFAULT =
                new Conduct(
                        100_000,
                        20,
                        Duration.ofSeconds(1),
                        Duration.ofHours(1),
                        10_000,
                        NO_LIMIT,
                        256 << 10,
                        1 << 20);
    }

    /// Where nobody speaks XCLIENT, and a bare LF is refused.
    public ReceiveConnector(
            String name,
            Origin origin,
            List<Binding> bindings,
            List<IpRange> remoteIpRanges,
            RequireTls requireTls,
            Authentication authentication,
            Limits limits,
            ClientCertificates clientCertificates,
            List<IpRange> proxies) {
        this(
                name,
                origin,
                bindings,
                remoteIpRanges,
                requireTls,
                authentication,
                limits,
                clientCertificates,
                proxies,
                List.of(),
                BareLineFeed.REJECT);
    }

    /// Where nobody logs in, or shows a certificate, or stands behind a proxy.
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
                ClientCertificates.NOT_ASKED,
                List.of());
    }

    public ReceiveConnector {
        bindings = List.copyOf(bindings);
        remoteIpRanges = List.copyOf(remoteIpRanges);
        proxies = List.copyOf(proxies);
        xclients = List.copyOf(xclients);
    }

    /// Whether `host` may name the client that it speaks for.
    public boolean trustsXClientOf(InetAddress host) {
        return xclients.stream().anyMatch(range -> range.contains(host));
    }
}
