package relay.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.alert.AlertOrders;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.PolicyTable;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.SendConnector;

/// Both files, read whole and found good. Immutable; every path is absolute.
///
/// `tlsReports` has one element, or none where no reports are sent; so has `alerts`. `inboundTls` are the sender domains whose mail must come over TLS. `notes` are for the operator's
/// eyes: they change nothing.
public record Configuration(
        Domain hostname,
        Path dataFolder,
        InetSocketAddress adminListen,
        ServerCertificate certificate,
        List<ServerCertificate> furtherCertificates,
        Trust trust,
        Dns dns,
        LogBounds tracking,
        LogBounds protocolLog,
        Limits limits,
        List<TlsReports> tlsReports,
        List<AlertOrders> alerts,
        List<ReceiveConnector> receiveConnectors,
        List<SendConnector> sendConnectors,
        List<DomainFloor> domainFloors,
        List<Probe> probes,
        List<DomainPattern> inboundTls,
        List<ConfigurationNote> notes) {

    /// What our clients see as our certificate.
    public sealed interface ServerCertificate {
        /// None is given: a self-signed one is made in the data folder.
        record SelfSigned() implements ServerCertificate {}

        /// PEM files, readable when the configuration was read: a chain, leaf first, and the key of
        /// its leaf without a pass phrase.
        record Files(Path certFile, Path keyFile) implements ServerCertificate {}
    }

    /// The roots that next hops and the HTTPS of MTA-STS are checked against.
    public sealed interface Trust {
        /// The machine's own.
        record SystemRoots() implements Trust {}

        /// A PEM file with at least one certificate.
        record PemFile(Path file) implements Trust {}
    }

    /// `servers` is empty where the machine's resolvers are meant.
    public record Dns(List<InetSocketAddress> servers, TrustAnchor trustAnchor, Dnssec dnssec) {
        public Dns {
            servers = List.copyOf(servers);
        }
    }

    /// `dns.dnssec`, in its words.
    public enum Dnssec {
        AUTO,
        REQUIRE,
        RESOLVER,
        OFF
    }

    /// How much of a log is kept: days up to `maxAge`, the newest `maxSizeBytes`.
    public record LogBounds(Duration maxAge, long maxSizeBytes) {
        /// Of the message tracking log.
        public static final LogBounds TRACKING = new LogBounds(Duration.ofDays(30), 1L << 30);

        /// Of the protocol log.
        public static final LogBounds PROTOCOL = new LogBounds(Duration.ofDays(30), 256L << 20);
    }

    /// Who sends reports of TLS to domains that want them (RFC 8460), and answers for them. `dkim`
    /// has one element, or none where those by mail are not signed.
    public record TlsReports(Mailbox contact, String organization, List<Dkim> dkim) {
        public TlsReports {
            dkim = List.copyOf(dkim);
        }
    }

    /// What signs mail for the contact's domain (RFC 6376): an RSA key, and the selector under which
    /// its other half stands in the DNS.
    public record Dkim(Domain selector, PrivateKey key) {}

    /// How often the partner of a `domains` entry is looked at. `entry` is the entry's pattern,
    /// `domain` the one domain that stands for it.
    public record Probe(String entry, Domain domain, Duration every) {}

    /// Where the relay begins to refuse mail: less free room on the disk of the data folder, more
    /// messages in the queue, a commit that takes longer, more of the heap in use.
    public record Limits(
            long minFreeDiskBytes,
            long maxQueueMessages,
            Duration maxCommitTime,
            int maxHeapPercent) {
        public static final Limits DEFAULT =
                new Limits(4L << 20, 1_000_000, Duration.ofSeconds(30), 95);
    }

    /// Where DNSSEC validation starts.
    public sealed interface TrustAnchor {
        record BuiltIn() implements TrustAnchor {}

        /// DS records of the root in zone-file form; readable when the configuration was read.
        record ZoneFile(Path file) implements TrustAnchor {}
    }

    public Configuration {
        furtherCertificates = List.copyOf(furtherCertificates);
        tlsReports = List.copyOf(tlsReports);
        alerts = List.copyOf(alerts);
        receiveConnectors = List.copyOf(receiveConnectors);
        sendConnectors = List.copyOf(sendConnectors);
        domainFloors = List.copyOf(domainFloors);
        probes = List.copyOf(probes);
        inboundTls = List.copyOf(inboundTls);
        notes = List.copyOf(notes);
    }

    /// What clients are shown: first the one for those that ask for no name of another. A self-signed
    /// one is made only where there is no other.
    public List<ServerCertificate> certificates() {
        boolean first =
                switch (certificate) {
                    case ServerCertificate.Files _ -> true;
                    case ServerCertificate.SelfSigned _ -> furtherCertificates.isEmpty();
                };
        var all = new ArrayList<ServerCertificate>();
        if (first) all.add(certificate);
        all.addAll(furtherCertificates);
        return all;
    }

    /// The routes and floors of this configuration, with every legacy exception it makes.
    public PolicyTable policyTable() {
        return new PolicyTable(sendConnectors, domainFloors, inboundTls);
    }

    /// As they are at `now`: without the legacy exceptions that are over.
    public PolicyTable policyTable(Instant now) {
        return policyTable().at(now);
    }
}
