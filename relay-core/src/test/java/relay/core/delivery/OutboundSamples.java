package relay.core.delivery;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.sasl.ChannelBinding;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Source;

/// Values that the tests of the outbound dialogue share.
final class OutboundSamples {
    static final Source BANK = new Source(Source.Kind.CONNECTOR, "bank");
    static final TlsDemand ENCRYPTION = new TlsDemand.Encryption(BANK);
    static final TlsDemand THE_NAME = new TlsDemand.TrustedName(BANK, Set.of("mx.example.org"));
    static final SmartHostAuth IDENTITY = SmartHostAuth.password("relay", "s3cret");

    /// The client's nonce in the example of RFC 7677 §3.
    static final String NONCE = "rOprNGfwEbeRWgbNEkqO";

    /// As the TLS library gives one: 00 to 1f.
    static final ChannelBinding BINDING =
            ChannelBinding.exporter(
                    HexFormat.of()
                            .parseHex(
                                    "000102030405060708090a0b0c0d0e0f"
                                            + "101112131415161718191a1b1c1d1e1f"));

    private OutboundSamples() {}

    /// A host without demands.
    static HostPlan host() {
        return host(TlsMode.STARTTLS, List.of(), PlaintextFallback.ALLOWED, List.of());
    }

    static HostPlan hostUnder(TlsDemand... demands) {
        return host(TlsMode.STARTTLS, List.of(demands), PlaintextFallback.ALLOWED, List.of());
    }

    static HostPlan host(
            TlsMode mode,
            List<TlsDemand> demands,
            PlaintextFallback fallback,
            List<SmartHostAuth> identity) {
        return new HostPlan(
                "mx.example.org",
                InetAddress.ofLiteral("192.0.2.7"),
                25,
                mode,
                demands,
                fallback,
                identity);
    }

    static Evidence.Encrypted encrypted(TlsVersion version, ChainVerdict verdict, String... names) {
        return new Evidence.Encrypted(
                version, "TLS_AES_128_GCM_SHA256", "", verdict, Set.of(names), List.of());
    }

    /// Entry `number`, from `a@example.net` to the local parts at `example.org`.
    static QueueEntry entry(long number, String... localParts) {
        return entry(number, 2048, Set.of(), localParts);
    }

    static QueueEntry entry(long number, long sizeBytes, Set<Need> needs, String... localParts) {
        var envelope =
                new Envelope(
                        new QueueId(number),
                        new ReversePath.Sender(new Mailbox("a", new Domain("example.net"))),
                        needs,
                        sizeBytes,
                        Instant.EPOCH,
                        "internal",
                        InetAddress.ofLiteral("127.0.0.1"));
        List<Mailbox> recipients = Arrays.stream(localParts).map(OutboundSamples::mailbox).toList();
        return QueueEntry.fresh(envelope, 0, new Lane("bank", "example.org", ""), recipients);
    }

    /// The same entry, whose sender asked for notices.
    static QueueEntry asking(QueueEntry entry, NoticeRequest request) {
        Envelope envelope = entry.envelope().asking(request);
        return QueueEntry.fresh(envelope, 0, entry.lane(), entry.recipients());
    }

    static Mailbox mailbox(String localPart) {
        return new Mailbox(localPart, new Domain("example.org"));
    }
}
