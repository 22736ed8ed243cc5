package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.server.cli.Actions;
import relay.server.cli.RelayCommandLine;
import relay.server.demo.DemoAuthority;
import relay.server.demo.DemoPartner;
import relay.server.dns.ScriptedDns;
import relay.server.testing.CapturedTerminal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `relay verify-tls` against partners on this machine, with no relay running.
@Timeout(60)
class VerifyTlsCommandTest {
    private final CapturedTerminal printed = new CapturedTerminal();
    private final Instant now = Instant.now();
    private final DemoAuthority authority = new DemoAuthority(now);
    private final DemoPartner good =
            new DemoPartner(
                    "mx.good.example", List.of(authority.serverContext("mx.good.example", now)));
    private final DemoPartner plain = new DemoPartner("mx.plain.example", List.of());

    @TempDir Path conf;

    @BeforeEach
    void configure() throws IOException {
        Files.writeString(conf.resolve("root.pem"), authority.rootPem());
        Files.writeString(
                conf.resolve("relay.yaml"),
                """
                hostname: relay.example.net
                data: data
                tls: { trust: root.pem }
                dns: { servers: ["127.0.0.1:1"], dnssec: off }
                """);
        Files.writeString(conf.resolve("connectors.yaml"), connectors());
    }

    private String connectors() {
        return """
        receiveConnectors:
          - name: here
            bindings: ["127.0.0.1:2525"]
            remoteIpRanges: ["127.0.0.0/8"]
        sendConnectors:
          - name: good
            addressSpaces: ["*.good.example"]
            smartHosts: ["[127.0.0.1]:%1$d"]
            tlsAuthLevel: DomainValidation
            tlsDomain: ["mx.good.example"]
            requireTls: true
          - name: misnamed
            addressSpaces: ["misnamed.good.example"]
            smartHosts: ["[127.0.0.1]:%1$d"]
            tlsAuthLevel: DomainValidation
            tlsDomain: ["mx.other.example"]
            requireTls: true
          - name: plain
            addressSpaces: ["*.plain.example"]
            smartHosts: ["[127.0.0.1]:%2$d", "[127.0.0.1]:1"]
        domains:
          - { domain: floor.plain.example, requireTls: true }
        """
                .formatted(good.port(), plain.port());
    }

    @AfterEach
    void stop() {
        good.close();
        plain.close();
    }

    private int run(String... arguments) {
        var verbs = new Verbs();
        var actions =
                new Actions(
                        verbs::serve,
                        verbs::check,
                        (_, _, _) -> new Actions.CheckedQueue.Sound(),
                        verbs::explain,
                        verbs::locateAdmin,
                        verbs::track,
                        verbs::verifyTls,
                        verbs::demo,
                        "0.1.0");
        return new RelayCommandLine(actions, printed.terminal(200), InstantSource.system())
                .run(arguments);
    }

    private int verify(String domain, String... more) {
        String[] all = {"verify-tls", domain, "--conf", conf.toString()};
        var arguments = new ArrayList<>(List.of(all));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void aPartnerThatMeetsOurPolicyIsStatusZero() {
        assertThat(verify("good.example")).isZero();
        assertThat(printed.out())
                .contains("127.0.0.1[127.0.0.1]:" + good.port() + ": our policy is met, ")
                .containsPattern("TLS +TLSv1.3 TLS_AES_")
                .containsPattern(
                        "demand +a trusted certificate for mx.good.example \\(connector good\\): met")
                .containsPattern("certificate +trusted")
                .containsPattern("names +mx.good.example")
                .endsWith("good.example by good/smarthosts: our policy is met\n");
        assertThat(printed.err()).isEmpty();
    }

    @Test
    void aConnectorsHostsAreLookedUpByItsOwnDnsServers() throws IOException {
        // Given DNS servers of the relay that know no such host, and a connector's that do.
        try (var common = ScriptedDns.zone("");
                var own = ScriptedDns.zone("mx.good.example. 300 A 127.0.0.1")) {
            Path machine = conf.resolve("relay.yaml");
            String relays = Files.readString(machine);
            Files.writeString(machine, relays.replace("127.0.0.1:1", "127.0.0.1:" + port(common)));
            String byName =
                    connectors()
                            .replace(
                                    "[\"[127.0.0.1]:" + good.port() + "\"]",
                                    "[\"mx.good.example:" + good.port() + "\"]");
            Path policy = conf.resolve("connectors.yaml");

            // When its own are not named, then there is no host.
            Files.writeString(policy, byName);
            assertThat(verify("good.example")).isOne();
            assertThat(printed.out()).contains("the host mx.good.example has no address");

            // When they are, then it is found, and the report says who was asked.
            String named =
                    byName.replace(
                            "- name: good\n",
                            "- name: good\n    dnsServers: [\"127.0.0.1:" + port(own) + "\"]\n");
            Files.writeString(policy, named);
            assertThat(verify("good.example")).isZero();
            assertThat(printed.out())
                    .contains(
                            "mx.good.example[127.0.0.1]:" + good.port() + ": our policy is met, ",
                            "its hosts were looked up at 127.0.0.1:" + port(own) + " (dnsServers)",
                            "so DANE is not seen (dnsServers)");
        }
    }

    private static int port(ScriptedDns server) {
        return server.address().getPort();
    }

    @Test
    void aWrongNameIsStatusOneAndSaysWhatToMend() {
        assertThat(verify("someone@misnamed.good.example")).isOne();
        assertThat(printed.out())
                .contains(
                        "mx.other.example (connector misnamed): name-mismatch",
                        "the server's certificate is for another name (the certificate is for"
                                + " mx.good.example)",
                        "must have the demanded name as a subjectAltName",
                        "TLSv1.3")
                .endsWith("OUR POLICY IS NOT MET\n");
    }

    @Test
    void aFloorWithoutTlsIsStatusOneAndTheSameHostWithoutAFloorIsNot() {
        assertThat(verify("floor.plain.example")).isOne();
        assertThat(printed.out())
                .contains("encryption (domain floor.plain.example): not-offered")
                .contains("the server must offer STARTTLS to this relay")
                .contains("127.0.0.1[127.0.0.1]:1: NOT REACHED");
        assertThat(verify("open.plain.example")).isZero();
        assertThat(printed.out()).contains("mail leaves in clear, since nothing demands TLS");
    }

    @Test
    void aHostThatHadTlsBeforeIsADowngrade() throws IOException {
        // Given a relay that came to TLS with the host not long ago.
        Path data = Files.createDirectories(conf.resolve("data"));
        String line = "127.0.0.1:" + plain.port() + " " + now;
        Files.writeString(data.resolve("tls-hosts"), line + "\n");

        // When the host has none now, then that is said, demand or not.
        verify("open.plain.example");
        assertThat(printed.out()).contains("had TLS at " + now + ": a downgrade");
    }

    @Test
    void jsonHasTheWholeChain() {
        assertThat(verify("good.example", "--json")).isZero();
        JsonNode report = new JsonMapper().readTree(printed.out());
        assertThat(report.path("verdict").stringValue()).isEqualTo("met");
        JsonNode host = report.path("hosts").get(0);
        assertThat(host.path("tls").stringValue()).isEqualTo("TLSv1.3");
        assertThat(host.path("demands").get(0).path("result").stringValue()).isEqualTo("met");
        JsonNode own = host.path("chain").get(0);
        assertThat(own.path("names").get(0).stringValue()).isEqualTo("mx.good.example");
        assertThat(own.path("keySha256").stringValue()).matches("[0-9a-f]{64}");
        assertThat(Instant.parse(own.path("notAfter").stringValue())).isAfter(now);
    }

    @Test
    void whereNoConnectorTakesTheDomainNothingCanBeSaid() {
        assertThat(verify("nowhere.example")).isOne();
        assertThat(printed.out())
                .contains("no connector takes mail for nowhere.example")
                .endsWith("NOT REACHED, so that nothing can be said\n");
    }

    @Test
    void whatIsNoDomainIsWrongUsageAndABrokenConfigurationIsStatusOne() {
        assertThat(verify("no domain")).isEqualTo(2);
        assertThat(run("verify-tls")).isEqualTo(2);
        assertThat(run("verify-tls", "a.example", "--conf", "missing")).isOne();
        assertThat(printed.out()).isEmpty();
    }
}
