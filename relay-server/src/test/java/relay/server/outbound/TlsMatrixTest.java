package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import relay.config.ConfigurationReader;
import relay.config.ConfigurationResult;
import relay.core.address.Domain;
import relay.core.delivery.ConnectionPlanner;
import relay.core.delivery.DanePolicy;
import relay.core.delivery.DeliveryEnd;
import relay.core.delivery.DemandSource;
import relay.core.delivery.PartnerCheck;
import relay.core.delivery.StsDemands;
import relay.core.routing.PolicyTable;
import relay.core.tls.PolicyVerdict;
import relay.core.tls.Unmet;
import relay.server.outbound.TlsMatrix.Row;

/// Every row of docs/tls-matrix.md, from the configuration to the socket.
@Timeout(60)
class TlsMatrixTest {
    private static final Domain PARTNER = new Domain("partner.example");
    private final Outbound outbound = new Outbound(TlsMatrix.CERTIFICATES.roots());

    @TempDir Path conf;

    @AfterEach
    void close() {
        outbound.close();
    }

    static Stream<Row> rows() {
        return TlsMatrix.rows().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void mailGoesAsTheRowSaysAndSoDoesALook(Row row) throws IOException {
        // Given a partner that publishes and presents what the row says, and our configuration.
        outbound.message("hello\r\n".getBytes(US_ASCII), "b");
        MatrixHost host = row.host();
        try (var partner = ScriptedPartner.start(host.script())) {
            PolicyTable policy = policy(row, partner.port());
            var planner = planner(row);

            // When it is looked at, then it hears of nobody.
            PartnerCheck check = outbound.look(planner, policy, PARTNER);
            assertThat(host.book()).isEmpty();

            // When there is mail, then it goes as the row says, and only so.
            DeliveryEnd end = outbound.deliver(planner, policy, PARTNER);
            assertThat(outcome(end, host)).isEqualTo(row.outcome());
            boolean goes = row.outcome().startsWith("sent");
            assertThat(check.verdict() == PolicyVerdict.MET).isEqualTo(goes);
        }
    }

    private static ConnectionPlanner planner(Row row) {
        MatrixDns dns = row.dns();
        return new ConnectionPlanner(
                dns,
                new Random(1),
                new Domain("relay.example.net"),
                DemandSource.andConfigured(new DanePolicy(dns), new StsDemands(row.sts())));
    }

    private PolicyTable policy(Row row, int port) throws IOException {
        String connectors =
                """
                receiveConnectors:
                  - name: here
                    bindings: ["127.0.0.1:2525"]
                    remoteIpRanges: ["127.0.0.0/8"]
                sendConnectors:
                  - name: out
                    addressSpaces: ["*"]
                    smartHosts: ["partner.example:%d"]
                %s
                """
                        .formatted(port, row.configuration());
        Files.writeString(conf.resolve("connectors.yaml"), connectors);
        Files.writeString(conf.resolve("relay.yaml"), "hostname: relay.example.net\n");
        return switch (new ConfigurationReader().read(conf, Map.of())) {
            case ConfigurationResult.Accepted(var configuration) ->
                    configuration.policyTable(TestCertificates.NOW);
            case ConfigurationResult.Refused(var errors) ->
                    throw new IllegalStateException(errors.toString());
        };
    }

    /// What the host's own book says, and ours where it heard nothing.
    private static String outcome(DeliveryEnd end, MatrixHost host) {
        return switch (end) {
            case DeliveryEnd.Served _ ->
                    host.book().stream()
                            .distinct()
                            .map(how -> "sent " + how)
                            .collect(Collectors.joining(" and "));
            case DeliveryEnd.NoHost(var why, var unmet, _) -> {
                assertThat(host.book()).isEmpty();
                yield "waits: " + (unmet.isEmpty() ? why.reason().label() : said(unmet));
            }
            case DeliveryEnd.Never(var why) -> "never: " + why;
        };
    }

    private static String said(List<Unmet> unmet) {
        return unmet.stream()
                .map(one ->
                        one.shortfall().label() + " (" + one.demand().source().kind().label() + ")")
                .distinct()
                .collect(Collectors.joining(", "));
    }

    @Test
    void theDocumentHasRows() {
        assertThat(TlsMatrix.rows()).hasSizeGreaterThan(50).doesNotHaveDuplicates();
    }
}
