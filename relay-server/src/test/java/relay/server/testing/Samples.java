package relay.server.testing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.AddressSpace;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Lane;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.routing.SmartHost;
import relay.core.smtp.EnhancedStatus;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsRequirement;
import relay.core.tls.Unmet;

/// Connectors `bank` (DNS, TLS demanded) and `filter` (a smart host, takes `*`), a floor on
/// `*.clinic.example`, and mail for them.
public final class Samples {
    public static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    public static final Lane BANK = new Lane("bank", "bank.example", "");
    public static final Lane FILTER = new Lane("filter", Lane.SMART_HOSTS, "");
    public static final Lane CLINIC = new Lane("filter", Lane.SMART_HOSTS, "*.clinic.example");
    public static final Origin ORIGIN = new Origin("connectors.yaml", 12);
    public static final TlsDemand DEMAND =
            new TlsDemand.Encryption(new TlsDemand.Source(TlsDemand.Source.Kind.CONNECTOR, "bank"));

    private Samples() {}

    public static PolicyTable policy() {
        return new PolicyTable(
                List.of(
                        connector(
                                "bank",
                                new DomainPattern.Exact(domain("bank.example")),
                                List.of(),
                                new TlsRequirement.EncryptionOnly()),
                        connector(
                                "filter",
                                new DomainPattern.Any(),
                                List.of(
                                        new SmartHost(
                                                "mx.filter.example",
                                                SmartHost.HostKind.NAME,
                                                25,
                                                SmartHost.TlsMode.STARTTLS)),
                                new TlsRequirement.None())),
                List.of(
                        new DomainFloor(
                                new DomainPattern.Subtree(domain("clinic.example")),
                                ORIGIN,
                                new TlsRequirement.EncryptionOnly())));
    }

    /// By the MX records, for every domain, without a demand.
    public static SendConnector sendConnector(String name) {
        return connector(name, new DomainPattern.Any(), List.of(), new TlsRequirement.None());
    }

    private static SendConnector connector(
            String name, DomainPattern space, List<SmartHost> hosts, TlsRequirement tls) {
        return new SendConnector(
                name,
                ORIGIN,
                SendConnector.Enabled.YES,
                List.of(new AddressSpace(space, 1)),
                hosts,
                List.of(),
                tls,
                SendConnector.PlaintextFallback.ALLOWED,
                SendConnector.OnTlsFailure.QUEUE,
                36L << 20,
                RetrySchedule.DEFAULT);
    }

    public static ReceiveConnector receiveConnector(String name) {
        return new ReceiveConnector(
                name,
                ORIGIN,
                List.of(),
                List.of(),
                ReceiveConnector.RequireTls.NO,
                ReceiveConnector.Limits.DEFAULT);
    }

    public static Envelope envelope(long id) {
        return new Envelope(
                new QueueId((1L << 50) + id),
                new ReversePath.Sender(mailbox("alice", "sender.example")),
                Set.of(),
                2048,
                NOON,
                "internal",
                client());
    }

    public static QueueEntry entry(long id, Lane lane, Mailbox... recipients) {
        return QueueEntry.fresh(envelope(id), 0, lane, List.of(recipients));
    }

    public static QueuedMessage message(QueueEntry entry) {
        return new QueuedMessage(entry.envelope(), List.of(entry));
    }

    /// The diagnostic of a TLS demand that `mx.bank.example` did not meet.
    public static Diagnostic unmetDemand() {
        var unmet = new Unmet(DEMAND, Unmet.Shortfall.NOT_OFFERED, "no STARTTLS in EHLO");
        return new Diagnostic(
                Diagnostic.Reason.TLS,
                new EnhancedStatus(4, 7, 5),
                "a TLS demand was not met",
                "mx.bank.example[192.0.2.7]:25",
                "",
                List.of(unmet.toString()));
    }

    public static Mailbox mailbox(String localPart, String domain) {
        return new Mailbox(localPart, domain(domain));
    }

    public static Domain domain(String name) {
        return Domain.parse(name).orElseThrow();
    }

    public static InetAddress client() {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
