package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.event.RelayEvent;
import relay.core.intake.Fixtures;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ClientCertificates.Wish;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.Evidence;
import relay.server.outbound.TestCertificates;

class ClientCertificatesTest {
    private static final String REFUSED =
            "550 5.7.1 A client certificate that we trust is needed here";
    private static final String TAKEN = "250 2.1.0 Sender ok";

    private final TestCertificates ours = new TestCertificates();

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void aConnectorThatRequiresACertificateTakesMailOfItsNamesAlone(TlsMode mode)
            throws GeneralSecurityException, IOException {
        // Given a connector for two identities, one of them a whole subject.
        var wanted = required("mta1.example", "CN=no SAN needed");
        try (var running = new RunningListener(folder, connector(mode, wanted))) {

            // When clients come, then the right one, whatever its certificate is for, is heard.
            assertThat(mail(running, mode, ours.forClients("mta1.example"))).isEqualTo(TAKEN);
            assertThat(mail(running, mode, ours.named("x.example", "mta1.example")))
                    .isEqualTo(TAKEN);

            // And another's, an expired one, one of another root, or none, is told why not.
            assertThat(mail(running, mode, ours.forClients("mta2.example"))).isEqualTo(REFUSED);
            assertThat(mail(running, mode, ours.expired("mta1.example"))).isEqualTo(REFUSED);
            assertThat(mail(running, mode, new TestCertificates().forClients("mta1.example")))
                    .isEqualTo(REFUSED);
            assertThat(mail(running, mode)).isEqualTo(REFUSED);
        }
    }

    @Test
    void withoutTlsThereIsNoCertificateAndNoMail() {
        // Given a connector that requires one.
        try (var running =
                        new RunningListener(folder, connector(TlsMode.STARTTLS, required("a.b")));
                var client = running.connect()) {
            client.readLine();
            client.ask("EHLO client.example.org");

            // When a client stays in clear, then it is told to begin TLS.
            assertThat(client.ask("MAIL FROM:<a@example.net>"))
                    .isEqualTo("530 5.7.0 Must issue a STARTTLS command first");
        }
    }

    @Test
    void whoIsOnlyAskedMayStayNobodyAndIsKnownWhenItIsSomebody()
            throws GeneralSecurityException, IOException {
        // Given a connector that asks.
        var asked =
                new ClientCertificates(
                        Wish.REQUESTED, List.of(ours.rootCertificate()), Set.of("mta1.example"));
        try (var running = new RunningListener(folder, connector(TlsMode.STARTTLS, asked))) {

            // When one client shows a certificate, twice over one session, and another none.
            SSLContext context = TestClient.anybody(show(ours.forClients("mta1.example")));
            message(running, context);
            message(running, context);
            message(running, TestClient.anybody());

            // Then the mail of the first has its identity, resumed or not, and the other's none.
            assertThat(running.events)
                    .filteredOn(RelayEvent.Received.class::isInstance)
                    .extracting(event -> ((RelayEvent.Received) event).tls())
                    .extracting(tls -> asked.identity(tls).orElse("nobody"))
                    .containsExactly("mta1.example", "mta1.example", "nobody");
        }
    }

    @Test
    void aWholeSubjectIsAnIdentity() {
        // Given a certificate as evidence.
        X509Certificate leaf = ours.named("x.example").leaf();
        var tls =
                new Evidence.Encrypted(
                        Evidence.TlsVersion.TLS_1_3,
                        "TLS_AES_128_GCM_SHA256",
                        "",
                        new Evidence.ChainVerdict.Trusted(),
                        Set.of("x.example"),
                        List.of(leaf));
        String subject = leaf.getSubjectX500Principal().getName();

        // Then its subject counts where a subject is listed, and no other does.
        assertThat(required(subject).identity(tls)).contains(subject);
        assertThat(required("CN=other").identity(tls)).isEmpty();
        assertThat(required("y.example").identity(tls)).isEmpty();
        assertThat(tls.identity()).contains("x.example");
    }

    private ClientCertificates required(String... names) {
        return new ClientCertificates(
                Wish.REQUIRED, List.of(ours.rootCertificate()), Set.of(names));
    }

    private static void message(RunningListener running, SSLContext context) {
        try (var client = running.connect()) {
            client.readLine();
            client.ask("EHLO client.example.org");
            client.ask("STARTTLS");
            client.secure(context, "mx.example");
            assertThat(client.sendMessage("x")).startsWith("250 2.0.0");
        }
    }

    private static String mail(
            RunningListener running, TlsMode mode, TestCertificates.Identity... identity)
            throws GeneralSecurityException, IOException {
        try (var client = running.connect()) {
            if (mode == TlsMode.STARTTLS) {
                client.readLine();
                client.ask("EHLO client.example.org");
                client.ask("STARTTLS");
            }
            var own = identity.length == 0 ? new KeyManager[0] : show(identity[0]);
            client.secure(TestClient.anybody(own), "mx.example");
            if (mode == TlsMode.IMPLICIT) client.readLine();
            client.ask("EHLO client.example.org");
            return client.ask("MAIL FROM:<a@example.net>");
        }
    }

    private static KeyManager[] show(TestCertificates.Identity identity)
            throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "client",
                identity.keys().getPrivate(),
                new char[0],
                identity.chain().toArray(Certificate[]::new));
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, new char[0]);
        return managers.getKeyManagers();
    }

    private static ReceiveConnector connector(TlsMode mode, ClientCertificates wanted) {
        var usual =
                Fixtures.receiveConnector(
                        "internal",
                        Fixtures.loopback(mode),
                        RequireTls.NO,
                        Fixtures.LIMITS,
                        "127.0.0.1");
        return new ReceiveConnector(
                usual.name(),
                usual.origin(),
                usual.bindings(),
                usual.remoteIpRanges(),
                usual.requireTls(),
                usual.authentication(),
                usual.limits(),
                wanted,
                List.of());
    }
}
