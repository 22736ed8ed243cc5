package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.config.Configuration.Dns;
import relay.config.Configuration.Dnssec;
import relay.config.Configuration.LogBounds;
import relay.config.Configuration.ServerCertificate;
import relay.config.Configuration.Trust;
import relay.config.Configuration.TrustAnchor;
import relay.config.ConfigurationResult.Accepted;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.address.Mailbox;
import relay.core.alert.AlertOrders;
import relay.core.alert.AlertRules;
import relay.core.alert.Webhook;
import relay.core.routing.AddressSpace;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Origin;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.Enabled;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.tls.TlsRequirement.CertificateValidation;
import relay.core.tls.TlsRequirement.DomainValidation;
import relay.core.tls.TlsRequirement.EncryptionOnly;
import relay.core.tls.TlsRequirement.None;

class GoodConfigurationTest {
    private static final String EVERY_KEY =
            """
            receiveConnectors:
              - name: internal
                bindings: ["127.0.0.1:2525", "[::1]:2525", "implicit-tls://0.0.0.0:465"]
                remoteIpRanges: ["127.0.0.0/8", "::1", "10.1.0.10-10.1.0.20"]
                requireTls: true
                maxMessageSize: 64KiB
                maxRecipientsPerMessage: 100
                maxConnections: 7
                maxConnectionsPerSource: 3
                maxHopCount: 20
                inactivityTimeout: 90s
            sendConnectors:
              - name: bank
                addressSpaces: ["SMTP:Bank.Example;1", "*.bank.example;5"]
                requireTls: true
                tlsAuthLevel: DomainValidation
                tlsDomain: ["MX.bank.example", "*.gate.bank.example"]
                onTlsFailure: hold
                maxMessageSize: 1GiB
                retry: { delays: [30s, 2h], expireAfter: 5d, delayWarningAfter: 1d }
              - name: filter
                enabled: false
                addressSpaces: ["*"]
                smartHosts: ["mx1.filter.example:587", "implicit-tls://mx2.filter.example"]
                smartHostAuth:
                  mechanism: BasicAuthRequireTLS
                  username: relay
                  passwordFile: secrets/filter
                plaintextFallback: never
                onTlsFailure: bounce
            domains:
              - domain: partner.example
                requireTls: true
              - domain: "*.clinic.example"
                requireTls: true
                tlsAuthLevel: DomainValidation
                probe: { every: 2h }
              - domain: "*"
                requireTls: true
                tlsAuthLevel: CertificateValidation
            """;

    @TempDir Path temporary;

    @Test
    void everyKeyOfAConnectorBecomesWhatItSays() throws IOException {
        // Given connectors that use every key there is.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(EVERY_KEY)
                        .file("secrets/filter", "correct horse\n");

        // When they are read.
        Configuration read = folder.accepted();

        // Then each is the record it describes, with the line that says so.
        assertThat(read.receiveConnectors()).containsExactly(internal());
        assertThat(read.sendConnectors()).containsExactly(bank(), filter());
        assertThat(read.domainFloors())
                .containsExactly(
                        new DomainFloor(exact("partner.example"), at(32), new EncryptionOnly()),
                        new DomainFloor(
                                new DomainPattern.Subtree(new Domain("clinic.example")),
                                at(34),
                                new DomainValidation(Set.of())),
                        new DomainFloor(
                                new DomainPattern.Any(), at(38), new CertificateValidation()));
        assertThat(read.probes())
                .containsExactly(
                        new Configuration.Probe(
                                "*.clinic.example",
                                new Domain("clinic.example"),
                                Duration.ofHours(2)));
    }

    private static ReceiveConnector internal() {
        return new ReceiveConnector(
                "internal",
                at(2),
                List.of(
                        new Binding(socket("127.0.0.1", 2525), TlsMode.STARTTLS),
                        new Binding(socket("::1", 2525), TlsMode.STARTTLS),
                        new Binding(socket("0.0.0.0", 465), TlsMode.IMPLICIT)),
                List.of(range("127.0.0.0/8"), range("::1"), range("10.1.0.10-10.1.0.20")),
                RequireTls.YES,
                new Limits(64 << 10, 100, 7, 3, 20, Duration.ofSeconds(90)));
    }

    private static SendConnector bank() {
        return new SendConnector(
                "bank",
                at(13),
                Enabled.YES,
                List.of(
                        new AddressSpace(exact("bank.example"), 1),
                        new AddressSpace(new DomainPattern.Subtree(new Domain("bank.example")), 5)),
                List.of(),
                List.of(),
                new DomainValidation(Set.of("mx.bank.example", "*.gate.bank.example")),
                PlaintextFallback.ALLOWED,
                OnTlsFailure.HOLD,
                1L << 30,
                new RetrySchedule(
                        List.of(Duration.ofSeconds(30), Duration.ofHours(2)),
                        Duration.ofDays(5),
                        Duration.ofDays(1)));
    }

    private static SendConnector filter() {
        return new SendConnector(
                "filter",
                at(21),
                Enabled.NO,
                List.of(new AddressSpace(new DomainPattern.Any(), 1)),
                List.of(
                        new SmartHost("mx1.filter.example", HostKind.NAME, 587, TlsMode.STARTTLS),
                        new SmartHost("mx2.filter.example", HostKind.NAME, 465, TlsMode.IMPLICIT)),
                List.of(SmartHostAuth.password("relay", "correct horse")),
                new None(),
                PlaintextFallback.NEVER,
                OnTlsFailure.BOUNCE,
                36L << 20,
                RetrySchedule.DEFAULT);
    }

    @Test
    void whoSpeaksForOthersAndWhoseLineEndsAreRepairedIsSaidByConnector() throws IOException {
        // Given a connector with a host that speaks XCLIENT, and with old clients.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                """
                                receiveConnectors:
                                  - name: internal
                                    bindings: ["127.0.0.1:2525"]
                                    remoteIpRanges: ["10.1.0.0/16"]
                                    xclient: { from: ["10.1.0.6", "10.1.7.0/28"] }
                                    bareLineFeed: repair
                                sendConnectors: []
                                """);

        // When it is read, then it has them.
        ReceiveConnector connector = folder.accepted().receiveConnectors().getFirst();
        assertThat(connector.xclients()).containsExactly(range("10.1.0.6"), range("10.1.7.0/28"));
        assertThat(connector.bareLineFeed()).isEqualTo(BareLineFeed.REPAIR);
    }

    @Test
    void whatIsLeftOutHasTheDefaultOfTheSchema() throws IOException {
        // Given files with nothing but what must be there.
        var folder = ConfFolder.in(temporary);

        // When they are read.
        Configuration read = folder.accepted();

        // Then the rest is the default.
        ReceiveConnector receive = read.receiveConnectors().getFirst();
        SendConnector send = read.sendConnectors().getFirst();
        assertThat(receive.requireTls()).isEqualTo(RequireTls.NO);
        assertThat(receive.xclients()).isEmpty();
        assertThat(receive.bareLineFeed()).isEqualTo(BareLineFeed.REJECT);
        assertThat(receive.limits()).isEqualTo(Limits.DEFAULT);
        assertThat(send)
                .isEqualTo(
                        new SendConnector(
                                "internet",
                                at(6),
                                Enabled.YES,
                                List.of(new AddressSpace(new DomainPattern.Any(), 1)),
                                List.of(),
                                List.of(),
                                new None(),
                                PlaintextFallback.ALLOWED,
                                OnTlsFailure.QUEUE,
                                36L << 20,
                                RetrySchedule.DEFAULT));
        assertThat(read.domainFloors()).isEmpty();
        assertThat(read.dataFolder()).isEqualTo(temporary.resolveSibling("data"));
        assertThat(read.adminListen()).isEqualTo(socket("127.0.0.1", 8025));
        assertThat(read.certificate()).isEqualTo(new ServerCertificate.SelfSigned());
        assertThat(read.trust()).isEqualTo(new Trust.SystemRoots());
        assertThat(read.dns())
                .isEqualTo(new Dns(List.of(), new TrustAnchor.BuiltIn(), Dnssec.AUTO));
        assertThat(read.tracking()).isEqualTo(new LogBounds(Duration.ofDays(30), 1L << 30));
        assertThat(read.protocolLog()).isEqualTo(new LogBounds(Duration.ofDays(30), 256L << 20));
        assertThat(read.tlsReports()).isEmpty();
        assertThat(read.alerts()).isEmpty();
        assertThat(read.notes()).isEmpty();
    }

    @Test
    void theMachineIsWhatItsFileSays() throws IOException {
        // Given a machine with every key but the certificates.
        var folder =
                ConfFolder.in(temporary)
                        .relay(
                                """
                                hostname: Relay.Bücher.Example
                                data: /var/lib/relay
                                admin: { listen: "[::1]:0" }
                                dns:
                                  servers: ["127.0.0.1:53", "[::1]:5353", "::1", "192.0.2.53"]
                                  dnssec: require
                                  trustAnchor: root.ds
                                tracking: { maxAge: 365d, maxSize: 40GiB }
                                protocolLog: { maxAge: 7d, maxSize: 1GiB }
                                tlsReports: { contact: tls@example.net, organization: Example Ltd }
                                """)
                        .file("root.ds", ". IN DS 20326 8 2 E06D44B8\n");

        // When it is read.
        Configuration read = folder.accepted();

        // Then relative paths start at its folder, absolute ones are kept, and ports default to 53.
        assertThat(read.hostname()).isEqualTo(new Domain("relay.xn--bcher-kva.example"));
        assertThat(read.dataFolder()).isEqualTo(Path.of("/var/lib/relay"));
        assertThat(read.adminListen()).isEqualTo(socket("::1", 0));
        assertThat(read.tracking()).isEqualTo(new LogBounds(Duration.ofDays(365), 40L << 30));
        assertThat(read.protocolLog()).isEqualTo(new LogBounds(Duration.ofDays(7), 1L << 30));
        assertThat(read.tlsReports())
                .containsExactly(
                        new Configuration.TlsReports(
                                new Mailbox("tls", new Domain("example.net")),
                                "Example Ltd",
                                List.of()));
        assertThat(read.dns())
                .isEqualTo(
                        new Dns(
                                List.of(
                                        socket("127.0.0.1", 53),
                                        socket("::1", 5353),
                                        socket("::1", 53),
                                        socket("192.0.2.53", 53)),
                                new TrustAnchor.ZoneFile(temporary.resolve("root.ds")),
                                Dnssec.REQUIRE));
    }

    @Test
    void alertsHaveTheirUrlFromTheFileTheEnvironmentOrAFileOfItsOwn() throws IOException {
        // Given each way to name a webhook, with and without the rest.
        AlertOrders usual =
                alerts("alerts: { webhook: \"https://hooks.example.net/x\" }", "unused").getFirst();
        AlertOrders other =
                alerts(
                                """
                                alerts:
                                  webhookFile: secret
                                  authorization: "${TOKEN}"
                                  after: 1m
                                  queueAge: 2h
                                  queueDepth: 7
                                  certificateExpiry: 30d
                                """,
                                "http://[::1]:9093/hook\n")
                        .getFirst();

        // Then it is read so, and shown without what may be a secret.
        assertThat(usual.webhook())
                .isEqualTo(new Webhook(URI.create("https://hooks.example.net/x"), ""))
                .hasToString("https://hooks.example.net");
        assertThat(usual.after()).isEqualTo(Duration.ofMinutes(5));
        assertThat(usual.rules())
                .isEqualTo(new AlertRules(Duration.ofHours(1), 1000, Duration.ofDays(14)));
        assertThat(other.webhook())
                .isEqualTo(new Webhook(URI.create("http://[::1]:9093/hook"), "Bearer t0ken"))
                .hasToString("http://[::1]:9093");
        assertThat(other.after()).isEqualTo(Duration.ofMinutes(1));
        assertThat(other.rules())
                .isEqualTo(new AlertRules(Duration.ofHours(2), 7, Duration.ofDays(30)));
    }

    private List<AlertOrders> alerts(String yaml, String secret) throws IOException {
        return ConfFolder.in(temporary)
                .relay(yaml)
                .file("secret", secret)
                .accepted(Map.of("TOKEN", "Bearer t0ken"))
                .alerts();
    }

    @Test
    void withoutAHostnameTheMachineIsAsked() throws IOException {
        // Given a machine file that leaves everything out.
        var folder = ConfFolder.in(temporary).relay("{}\n");

        // When it is read on a machine with a name, and on one without a usable one.
        var named = new ConfigurationReader(() -> "Mail.Example.Net");
        var nameless = new ConfigurationReader(() -> "not a name");

        // Then the first has that name, and the second says what to write.
        assertThat(named.read(folder.path(), Map.of()))
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted ->
                                assertThat(accepted.configuration().hostname())
                                        .isEqualTo(new Domain("mail.example.net")));
        assertThat(nameless.read(folder.path(), Map.of()).toString())
                .contains(
                        "the machine's name `not a name` is not a host name",
                        "write hostname: relay.example.net");
    }

    @Test
    void thisMachineHasSomeName() {
        // Given this machine, whatever it is.
        // When it is asked for its name.
        // Then there is one, and it is no address.
        assertThat(MachineName.find()).isNotBlank().doesNotContain(":", " ");
    }

    @Test
    void filesOfWindowsEditorsAreReadAsTheyAre() throws IOException {
        // Given files with CR LF and a byte order mark.
        var folder =
                ConfFolder.in(temporary)
                        .connectors("\uFEFF" + ConfFolder.GOOD_CONNECTORS.replace("\n", "\r\n"))
                        .relay("\uFEFFhostname: relay.example.net\r\n");

        // When they are read.
        Configuration read = folder.accepted();

        // Then they say the same, on the same lines.
        assertThat(read.sendConnectors().getFirst().origin()).isEqualTo(at(6));
    }

    private static InetSocketAddress socket(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static Origin at(int line) {
        return new Origin("connectors.yaml", line);
    }

    private static DomainPattern exact(String name) {
        return new DomainPattern.Exact(new Domain(name));
    }

    private static IpRange range(String text) {
        return IpRange.parse(text).orElseThrow();
    }
}
