package relay.server.report;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.delivery.Resolver;
import relay.core.tls.StsPolicy;
import relay.server.demo.DemoAuthority;
import relay.server.outbound.TrustRoots;
import relay.server.report.Tally.Counted;
import relay.server.report.Tally.Failure;
import relay.server.report.Tally.Policy;
import relay.server.report.Tally.Row;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reports on their way: when, where to, and what stands in them.
@Timeout(60)
class ReporterTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 26);
    private static final Instant END = Instant.parse("2026-11-27T00:00:00Z");
    private static final Policy STS =
            new Policy(
                    "sts",
                    "example.org",
                    List.of("version: STSv1", "mode: enforce", "mx: mx.example.org"),
                    List.of("mx.example.org"));
    private static final Row ROW =
            new Row(
                    "example.org",
                    STS,
                    5326,
                    List.of(
                            new Counted(
                                    new Failure(
                                            "certificate-expired",
                                            "mx.example.org",
                                            "192.0.2.1",
                                            "expired"),
                                    303)));

    @TempDir Path folder;
    private final Instant real = Instant.now();
    private final DemoAuthority authority = new DemoAuthority(real);
    private final Map<String, Resolver.TxtAnswer> dns = new HashMap<>();
    private final List<byte[]> mails = new ArrayList<>();
    private final List<Mailbox> recipients = new ArrayList<>();
    private final List<byte[]> posts = new CopyOnWriteArrayList<>();
    private final List<String> types = new CopyOnWriteArrayList<>();
    private boolean queueWorks = true;
    private int postAnswer = 201;
    private Instant now = END;
    private Reporter reporter;
    private HttpsServer server;

    @BeforeEach
    void open() throws IOException {
        open(List.of());
    }

    private void open(List<DkimSignature> signature) throws IOException {
        Path root = Files.writeString(folder.resolve("root.pem"), authority.rootPem());
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(authority.serverContext("localhost", real)));
        server.createContext(
                "/",
                exchange -> {
                    types.add(exchange.getRequestHeaders().getFirst("Content-Type"));
                    posts.add(exchange.getRequestBody().readAllBytes());
                    exchange.sendResponseHeaders(postAnswer, -1);
                    exchange.close();
                });
        server.start();
        var policy =
                new StsPolicy(
                        StsPolicy.Mode.ENFORCE, List.of("mx.example.org"), Duration.ofDays(7));
        reporter =
                new Reporter(
                        folder,
                        new Reporter.Parts(
                                new Reporting(
                                        new Mailbox("tls", new Domain("example.net")),
                                        "Example",
                                        signature),
                                new Domain("relay.example.net"),
                                new OnlyTxt(dns),
                                domain ->
                                        Optional.of(policy)
                                                .filter(_ -> domain.equals("example.org")),
                                this::take,
                                TrustRoots.pem(root).tls(),
                                new Random(1),
                                () -> now));
        DayFiles.in(folder).write(DAY, List.of(ROW));
    }

    private boolean take(Mailbox to, byte[] content) {
        if (!queueWorks) return false;
        recipients.add(to);
        mails.add(content);
        return true;
    }

    @AfterEach
    void close() {
        reporter.close();
        server.stop(0);
    }

    private void wants(String rua) {
        dns.put(
                "_smtp._tls.example.org",
                new Resolver.TxtAnswer.Records(List.of("v=TLSRPTv1; rua=" + rua)));
    }

    @Test
    void aMailHasTheReportAsTheRfcWantsIt() throws Exception {
        // Given a domain that asks for reports.
        wants("mailto:reports@example.org");

        // When the day is over for four hours.
        now = END.plus(Reporter.SPREAD);
        reporter.work();

        // Then it has one, once.
        reporter.work();
        assertThat(recipients).containsExactly(new Mailbox("reports", new Domain("example.org")));
        var message =
                new MimeMessage(
                        Session.getInstance(new Properties()),
                        new ByteArrayInputStream(mails.getFirst()));
        assertThat(message.getContentType())
                .startsWith("multipart/report")
                .contains("report-type=tlsrpt");
        assertThat(message.getHeader("TLS-Report-Domain")).containsExactly("example.org");
        assertThat(message.getHeader("TLS-Report-Submitter")).containsExactly("relay.example.net");
        assertThat(message.getHeader("TLS-Required")).containsExactly("No");
        assertThat(message.getHeader("From")).containsExactly("<tls@example.net>");
        assertThat(message.getSubject())
                .startsWith("Report Domain: example.org Submitter: relay.example.net Report-ID: <");
        var attached = ((MimeMultipart) message.getContent()).getBodyPart(1);
        assertThat(attached.getContentType()).startsWith("application/tlsrpt+gzip");
        assertThat(attached.getFileName())
                .matches("relay.example.net!example.org!1795651200!1795737599!.+[.]json[.]gz");
        assertThat(report(attached.getInputStream())).isEqualTo(EXPECTED);
        assertThat(DayFiles.in(folder).days()).isEmpty();
    }

    /// RFC 8460 §4.4, and the line of the policy that the ledger does not know.
    private static final String EXPECTED =
            "{\"organization-name\":\"Example\",\"date-range\":{\"start-datetime\":"
                    + "\"2026-11-26T00:00:00Z\",\"end-datetime\":\"2026-11-26T23:59:59Z\"},"
                    + "\"contact-info\":\"tls@example.net\",\"report-id\":\"ID\",\"policies\":"
                    + "[{\"policy\":{\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\","
                    + "\"mode: enforce\",\"mx: mx.example.org\",\"max_age: 604800\"],"
                    + "\"policy-domain\":\"example.org\",\"mx-host\":[\"mx.example.org\"]},"
                    + "\"summary\":{\"total-successful-session-count\":5326,"
                    + "\"total-failure-session-count\":303},\"failure-details\":[{\"result-type\":"
                    + "\"certificate-expired\",\"receiving-mx-hostname\":\"mx.example.org\","
                    + "\"receiving-ip\":\"192.0.2.1\",\"failed-session-count\":303,"
                    + "\"failure-reason-code\":\"expired\"}]}]}";

    private static String report(InputStream compressed) throws IOException {
        try (var in = new GZIPInputStream(compressed)) {
            JsonNode json = JsonMapper.shared().readTree(in.readAllBytes());
            return json.toString().replace(json.path("report-id").asString(""), "ID");
        }
    }

    @Test
    void aMailIsSignedWhereThereIsAKey() throws Exception {
        // Given a key, when a report goes by mail, then it begins with a signature of ours.
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        close();
        open(
                List.of(
                        new DkimSignature(
                                new Domain("example.net"),
                                new Domain("tlsrpt2026"),
                                generator.generateKeyPair().getPrivate())));
        wants("mailto:reports@example.org");
        now = END.plus(Reporter.SPREAD);
        reporter.work();
        assertThat(new String(mails.getFirst(), US_ASCII))
                .startsWith("DKIM-Signature:")
                .contains("s=tlsrpt2026;");
    }

    @Test
    void anHttpsHostGetsItPosted() throws Exception {
        wants("https://localhost:" + server.getAddress().getPort() + "/v1");
        now = END.plus(Reporter.SPREAD);
        reporter.work();
        assertThat(types).containsExactly("application/tlsrpt+gzip");
        assertThat(report(new ByteArrayInputStream(posts.getFirst()))).isEqualTo(EXPECTED);
        assertThat(DayFiles.in(folder).days()).isEmpty();
    }

    @Test
    void reportsAreSpreadOverTheFirstHours() {
        // Given many domains that ask.
        var rows = new ArrayList<Row>();
        for (int i = 0; i < 100; i++) {
            String domain = "d" + i + ".example";
            rows.add(new Row(domain, STS, 1, List.of()));
            dns.put(
                    "_smtp._tls." + domain,
                    new Resolver.TxtAnswer.Records(List.of("v=TLSRPTv1; rua=mailto:r@" + domain)));
        }
        DayFiles.in(folder).write(DAY, rows);

        // When half of the time has gone by, then about half of them have theirs.
        now = END.plus(Reporter.SPREAD.dividedBy(2));
        reporter.work();
        assertThat(mails).hasSizeBetween(25, 75);
        now = END.plus(Reporter.SPREAD);
        reporter.work();
        assertThat(mails).hasSize(100);
    }

    @Test
    void whatIsNotTakenIsTriedHourlyForADay() {
        // Given a report host that is out of order, and a queue that is.
        postAnswer = 503;
        queueWorks = false;
        wants(
                "https://localhost:"
                        + server.getAddress().getPort()
                        + "/,mailto:reports@example.org");
        now = END.plus(Reporter.SPREAD);

        // When a day goes by, minute by minute.
        for (int minute = 0; minute < 25 * 60; minute += 10) {
            reporter.work();
            now = now.plus(Duration.ofMinutes(10));
        }

        // Then it was tried each hour, and is dropped.
        assertThat(posts).hasSizeBetween(23, 26);
        assertThat(DayFiles.in(folder).days()).isEmpty();
    }

    @Test
    void whoDoesNotAskGetsNoneAndWhoCannotBeAskedIsAskedAgain() {
        now = END.plus(Reporter.SPREAD);
        dns.put("_smtp._tls.example.org", new Resolver.TxtAnswer.Failed("SERVFAIL"));
        reporter.work();
        assertThat(DayFiles.in(folder).days()).containsExactly(DAY);
        now = now.plus(Reporter.AGAIN);
        dns.clear();
        reporter.work();
        assertThat(mails).isEmpty();
        assertThat(DayFiles.in(folder).days()).isEmpty();
    }

    private record OnlyTxt(Map<String, Resolver.TxtAnswer> texts) implements Resolver {
        @Override
        public TxtAnswer txt(String name) {
            return texts.getOrDefault(name, new TxtAnswer.None());
        }

        @Override
        public MxAnswer mx(Domain domain) {
            return new MxAnswer.NoRecord();
        }

        @Override
        public AddressAnswer addresses(String hostName) {
            return new AddressAnswer.None();
        }

        @Override
        public TlsaAnswer tlsa(String hostName, int port) {
            return new TlsaAnswer.None();
        }
    }
}
