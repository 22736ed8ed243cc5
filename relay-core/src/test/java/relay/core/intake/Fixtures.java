package relay.core.intake;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.routing.AddressSpace;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ConnectorChoice;
import relay.core.routing.ConnectorScope;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.routing.ReceiveConnector.Authentication.Need;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.ReceiveConnector.Conduct;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.sasl.SaslUsers;
import relay.core.sasl.ScramVerifier;
import relay.core.tls.TlsRequirement;

/// The world of the dialogues: `bank` carries bank.example by the DNS; `filter` everything below
/// example.org and example.com to smart hosts; `small` small.example, 1,000 bytes a message;
/// clinic.example has a floor and no connector; mail from secret.example must come over TLS.
public final class Fixtures {
    public static final Domain HOSTNAME = new Domain("relay.example.net");
    public static final Origin ORIGIN = new Origin("connectors.yaml", 1);

    /// With a pause after errors that no test waits for.
    public static final Conduct CONDUCT =
            new Conduct(
                    200,
                    20,
                    Duration.ofMillis(1),
                    Duration.ofHours(1),
                    100,
                    Conduct.NO_LIMIT,
                    64 << 10,
                    64 << 10);

    public static final Limits LIMITS = limits(Duration.ofMinutes(5), CONDUCT);

    private static final SmartHost SMART_HOST =
            new SmartHost("mx.filter.example", HostKind.NAME, 25, TlsMode.STARTTLS);

    /// The password of RFC 7677's salt: `s3cret`.
    private static final SaslUsers USERS =
            new SaslUsers(
                    Map.of(
                            "relay",
                            new ScramVerifier(
                                    "W22ZaJ0SNY7soEsUEjb6gQ==",
                                    4096,
                                    "L/X5gyjyt4GUfeNt2lbtGJNsick3GXPp8n9V0l9KjeI=",
                                    "DXzXvvUgpV0HOHx/p7sPsFJWh1kYFsshtN2TM6ZSxQg=")));

    private Fixtures() {}

    public static PolicyTable policy() {
        var floor =
                new DomainFloor(
                        subtree("clinic.example"), ORIGIN, new TlsRequirement.EncryptionOnly());
        return new PolicyTable(
                List.of(
                        connector(
                                "bank",
                                10 << 20,
                                List.of(),
                                new DomainPattern.Exact(new Domain("bank.example"))),
                        connector(
                                "filter",
                                10 << 20,
                                List.of(SMART_HOST),
                                subtree("example.org"),
                                subtree("example.com")),
                        connector("small", 1000, List.of(SMART_HOST), subtree("small.example")),
                        connector("inside", 1000, List.of(), subtree("scoped.example"))
                                .with(scope("internal")),
                        connector("outside", 1000, List.of(), subtree("foreign.example"))
                                .with(scope("external"))),
                List.of(floor),
                List.of(subtree("secret.example")));
    }

    /// The limits a dialogue wants.
    public static Limits limits(Dialogue dialogue) {
        return new Limits(
                dialogue.number("maxMessageSize", LIMITS.maxMessageSizeBytes()),
                (int) dialogue.number("maxRecipients", LIMITS.maxRecipientsPerMessage()),
                LIMITS.maxConnections(),
                LIMITS.maxConnectionsPerSource(),
                LIMITS.maxHopCount(),
                Duration.ofMillis(dialogue.number("inactivityMillis", 300_000)),
                new Conduct(
                        (int) dialogue.number("maxCommands", CONDUCT.maxCommands()),
                        CONDUCT.maxProtocolErrors(),
                        CONDUCT.tarpitInterval(),
                        CONDUCT.connectionTimeout(),
                        (int) dialogue.number("maxMessages", CONDUCT.maxMessages()),
                        CONDUCT.maxMessagesPerMinute(),
                        dialogue.number("maxHeaderSize", CONDUCT.maxHeaderSizeBytes()),
                        dialogue.number("maxLine", CONDUCT.maxLineBytes())));
    }

    /// The usual limits, but for these.
    public static Limits limits(Duration inactivityTimeout, Conduct conduct) {
        return new Limits(1 << 20, 5, 100, 100, 3, inactivityTimeout, conduct);
    }

    public static ReceiveConnector receiveConnector(
            String name, Binding binding, RequireTls requireTls, Limits limits, String... ranges) {
        return new ReceiveConnector(
                name, ORIGIN, List.of(binding), ranges(ranges), requireTls, limits);
    }

    private static List<IpRange> ranges(String... ranges) {
        return List.of(ranges).stream().map(range -> IpRange.parse(range).orElseThrow()).toList();
    }

    /// The connector a dialogue wants; `auth` and `authRequired` let `relay` log in with `s3cret`,
    /// `xclient` lets the client name others, of whom 192.0.2.0/28 may come in, and `repair` a bare LF.
    public static ReceiveConnector receiveConnector(
            Dialogue dialogue, Binding binding, RequireTls requireTls) {
        Need need =
                dialogue.has("authRequired")
                        ? Need.REQUIRED
                        : dialogue.has("auth") ? Need.OFFERED : Need.NONE;
        return new ReceiveConnector(
                "internal",
                ORIGIN,
                List.of(binding),
                ranges("127.0.0.1", dialogue.has("xclient") ? "192.0.2.0/28" : "127.0.0.2"),
                requireTls,
                new Authentication(need, USERS),
                limits(dialogue),
                ClientCertificates.NOT_ASKED,
                List.of(),
                dialogue.has("xclient") ? ranges("127.0.0.1") : List.of(),
                dialogue.has("repair") ? BareLineFeed.REPAIR : BareLineFeed.REJECT);
    }

    public static Binding loopback(TlsMode mode) {
        return new Binding(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), mode);
    }

    /// Mail of that receive connector and of senders of example.net alone.
    private static ConnectorChoice scope(String receiveConnector) {
        Set<DomainPattern> senders = Set.of(new DomainPattern.Exact(new Domain("example.net")));
        return new ConnectorChoice(new ConnectorScope(Set.of(receiveConnector), senders));
    }

    private static DomainPattern subtree(String root) {
        return new DomainPattern.Subtree(new Domain(root));
    }

    private static SendConnector connector(
            String name, long maxSizeBytes, List<SmartHost> smartHosts, DomainPattern... patterns) {
        return new SendConnector(
                name,
                ORIGIN,
                SendConnector.Enabled.YES,
                List.of(patterns).stream().map(pattern -> new AddressSpace(pattern, 1)).toList(),
                smartHosts,
                List.of(),
                new TlsRequirement.None(),
                SendConnector.PlaintextFallback.ALLOWED,
                SendConnector.OnTlsFailure.QUEUE,
                maxSizeBytes,
                RetrySchedule.DEFAULT);
    }
}
