package relay.server.sts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.address.Domain;
import relay.core.event.RelayEvent.StsFetch.Result;
import relay.core.tls.StsPolicy;
import relay.server.sts.PolicyHost.Fetched;

/// Fetches from real HTTPS servers on this machine (RFC 8461 §3.3).
@Timeout(60)
class PolicyHostTest {
    private static final Domain DOMAIN = new Domain("example.org");
    private static final String NAME = "mta-sts.example.org";
    private static final String FILE =
            "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 60\n";
    private static final Certificates CERTIFICATES = new Certificates();

    @Test
    void theFileOfTheDomainIsFetched() throws IOException {
        try (var server = new PolicyServer(CERTIFICATES.named(NAME))) {
            server.file = FILE;
            assertThat(fetch(server))
                    .isInstanceOfSatisfying(
                            Fetched.Policy.class,
                            found -> {
                                assertThat(found.policy().mode()).isEqualTo(StsPolicy.Mode.ENFORCE);
                                assertThat(found.file()).isEqualTo(FILE);
                            });
            assertThat(server.asked).containsExactly(NAME + "/.well-known/mta-sts.txt");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200, text/html, FAILED, not text/plain",
        "200, '', FAILED, not text/plain",
        "200, text/plainer, FAILED, not text/plain",
        "301, text/plain, FAILED, status 301",
        "307, text/plain, FAILED, status 307",
        "404, text/plain, FAILED, status 404",
        "500, text/plain, FAILED, status 500"
    })
    void anythingButTheFileAsTextIsAFailure(
            int status, String contentType, Result result, String why) throws IOException {
        try (var server = new PolicyServer(CERTIFICATES.named(NAME))) {
            server.file = FILE;
            server.status = status;
            server.contentType = contentType;
            assertNot(fetch(server), result, why);
            // Neither a redirect nor a second try.
            assertThat(server.asked).hasSize(1);
        }
    }

    @Test
    void nothingOfAFetchIsKeptOpen() throws IOException {
        // Given one client for all fetches, when it has fetched more often than it has connections
        // for one host, then it still does.
        try (var server = new PolicyServer(CERTIFICATES.named(NAME));
                var host = host(server.port(), CERTIFICATES.roots(), Duration.ofSeconds(20))) {
            server.file = FILE;
            for (int i = 0; i < 20; i++) {
                server.status = i % 2 == 0 ? 200 : 404;
                boolean found = host.fetch(DOMAIN) instanceof Fetched.Policy;
                assertThat(found).isEqualTo(i % 2 == 0);
            }
        }
    }

    @Test
    void theTypeMayHaveParameters() throws IOException {
        try (var server = new PolicyServer(CERTIFICATES.named(NAME))) {
            server.file = FILE;
            server.contentType = "Text/Plain; charset=us-ascii";
            assertThat(fetch(server)).isInstanceOf(Fetched.Policy.class);
        }
    }

    @Test
    void whatIsNoPolicyIsInvalid() throws IOException {
        try (var server = new PolicyServer(CERTIFICATES.named(NAME))) {
            server.file = "version: STSv9\n";
            assertNot(fetch(server), Result.INVALID, "version is not STSv1");
        }
    }

    @Test
    void aFileThatIsTooLargeIsNotReadToItsEnd() throws IOException {
        // Given a server that sends more than 64 KiB and then keeps the connection open.
        try (var server = new PolicyServer(CERTIFICATES.named(NAME))) {
            server.file = FILE + "x: " + "x".repeat(StsPolicy.MAX_BYTES);
            server.stall();

            // When it is asked, then there is a verdict before the limit of time.
            assertNot(fetch(server), Result.INVALID, "larger than 64 KiB");
        }
    }

    @Test
    void aServerThatDoesNotFinishIsGivenUp() throws IOException {
        try (var server = new PolicyServer(CERTIFICATES.named(NAME));
                var host = host(server.port(), CERTIFICATES.roots(), Duration.ofMillis(300))) {
            server.file = FILE;
            server.stall();
            assertNot(host.fetch(DOMAIN), Result.FAILED, "not done after");
        }
    }

    @Test
    void theCertificateMustCount() throws IOException {
        // Given servers with the wrong name, past their date, named the old way, of another root.
        List<SSLContext> wrong =
                List.of(
                        CERTIFICATES.named("example.org"),
                        CERTIFICATES.named("*.mta-sts.example.org"),
                        CERTIFICATES.expired(NAME),
                        CERTIFICATES.withCommonName(NAME),
                        new Certificates().named(NAME));
        for (SSLContext tls : wrong) {
            try (var server = new PolicyServer(tls)) {
                server.file = FILE;

                // When each is asked, then nothing is sent to it and nothing of it counts.
                assertNot(fetch(server), Result.UNTRUSTED, "");
                assertThat(server.asked).isEmpty();
            }
        }
    }

    @Test
    void aWildcardCertificateCounts() throws IOException {
        try (var server = new PolicyServer(CERTIFICATES.named("*.example.org"))) {
            server.file = FILE;
            assertThat(fetch(server)).isInstanceOf(Fetched.Policy.class);
        }
    }

    @Test
    void aHostThatIsNotThereIsAFailure() throws IOException {
        int port;
        try (var server = new PolicyServer(CERTIFICATES.named(NAME))) {
            port = server.port();
        }
        try (var host = host(port, CERTIFICATES.roots(), Duration.ofSeconds(10))) {
            assertNot(host.fetch(DOMAIN), Result.FAILED, "");
            assertNot(host.fetch(new Domain("nowhere.example")), Result.FAILED, "has no address");
        }
    }

    private static Fetched fetch(PolicyServer server) {
        try (var host = host(server.port(), CERTIFICATES.roots(), Duration.ofSeconds(20))) {
            return host.fetch(DOMAIN);
        }
    }

    private static PolicyHost host(int port, List<X509Certificate> roots, Duration limit) {
        return new PolicyHost(new PolicyDns(), roots, port, limit);
    }

    private static void assertNot(Fetched fetched, Result result, String why) {
        assertThat(fetched)
                .isInstanceOfSatisfying(
                        Fetched.Not.class,
                        not -> {
                            assertThat(not.result()).as(not.why()).isEqualTo(result);
                            assertThat(not.why()).contains(why);
                        });
    }
}
