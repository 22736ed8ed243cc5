package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.Domain;
import relay.core.event.RelayEvent;
import relay.core.intake.DialoguePeer;
import relay.core.intake.Fixtures;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.Evidence;

class ListenerTlsTest {
    @TempDir Path folder;

    @Test
    void theNativeTlsLibraryRunsHere() {
        // Then the tests of this class are of what the relay uses.
        assertThat(OpenSsl.isAvailable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aMessageOverTlsIsReceivedWithItsFacts(String protocol) {
        try (var running = new RunningListener(folder, connector());
                var client = running.connect()) {
            // Given a session that was secured.
            client.readLine();
            client.ask("EHLO client.example.org");
            client.ask("STARTTLS");
            SSLSession session = client.secure(protocol);

            // When a message comes.
            assertThat(client.sendMessage("x")).startsWith("250 2.0.0");

            // Then the event and the Received field have protocol and suite as the client saw them.
            Evidence.Encrypted tls = received(running);
            assertThat(tls.protocol().label()).isEqualTo(protocol);
            assertThat(tls.cipherSuite()).isEqualTo(session.getCipherSuite());
            assertThat(running.memory.stored().getFirst().content())
                    .contains("(" + protocol + " with cipher " + session.getCipherSuite() + ")")
                    .contains(" with ESMTPS id ");
        }
    }

    @Test
    void anOldProtocolIsRefused() {
        try (var running = new RunningListener(folder, connector());
                var client = running.connect()) {
            // Given a client that knows nothing newer than TLS 1.1.
            client.readLine();
            client.ask("EHLO client.example.org");
            client.ask("STARTTLS");

            // When it tries, then there is no session.
            assertThatThrownBy(() -> client.secure("TLSv1.1"))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whatComesInClearInsteadOfAHandshakeEndsTheConnection() {
        try (var running = new RunningListener(folder, connector());
                var client = running.connect()) {
            // Given a client that was told to go ahead.
            client.readLine();
            client.ask("EHLO client.example.org");
            client.ask("STARTTLS");

            // When somebody sends a command in clear.
            client.send("MAIL FROM:<evil@example.net>\r\nRCPT TO:<b@bank.example>\r\n");

            // Then it is no command (an alert may come), and the connection ends.
            assertThat(client.drainUntilClosed()).doesNotContain("250");
        }
    }

    @Test
    void aNewCertificateIsShownToNewHandshakes() throws IOException, SSLPeerUnverifiedException {
        try (var running = new RunningListener(folder, connector())) {
            X509Certificate before = shown(running);

            // When the certificate is replaced.
            var other = new Domain("other.example.net");
            var fresh = SelfSignedCertificate.in(folder.resolve("x"), other, RunningListener.NOW);
            running.tls.use(List.of(fresh));

            // Then the next client sees the new one, and its expiry is known.
            assertThat(before).isNotEqualTo(fresh.chain().getFirst());
            assertThat(shown(running)).isEqualTo(fresh.chain().getFirst());
            assertThat(running.tls.expiries()).isEqualTo(Map.of("listener", fresh.expiry()));
        }
    }

    @Test
    void aFolderWithoutACertificateIsAnErrorWithItsPlace() throws IOException {
        // Given no file, and one that is no certificate.
        Path text = Files.writeString(folder.resolve("a.pem"), "hello");

        // Then reading says which file and why.
        assertThatThrownBy(() -> ServerCertificate.read(folder.resolve("none"), text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> ServerCertificate.read(text, text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.pem: has no certificate");
    }

    @Test
    void implicitTlsRefusesAClientThatSpeaksInClear() {
        var connector =
                Fixtures.receiveConnector(
                        "internal",
                        Fixtures.loopback(TlsMode.IMPLICIT),
                        RequireTls.NO,
                        Fixtures.LIMITS,
                        "127.0.0.1");
        try (var running = new RunningListener(folder, connector);
                var client = running.connect()) {
            // When a client speaks in clear, then it is not understood.
            client.send("EHLO client.example.org\r\n");
            assertThat(client.drainUntilClosed()).doesNotContain("220").doesNotContain("250");
        }
    }

    private X509Certificate shown(RunningListener running) throws SSLPeerUnverifiedException {
        try (var client = running.connect()) {
            client.readLine();
            client.ask("EHLO client.example.org");
            client.ask("STARTTLS");
            SSLSession session = client.secure();
            assertThat(client.ask("QUIT")).startsWith("221");
            assertThat(client.readLine()).isEqualTo(DialoguePeer.CLOSED);
            return (X509Certificate) session.getPeerCertificates()[0];
        }
    }

    private static Evidence.Encrypted received(RunningListener running) {
        return running.events.stream()
                .filter(RelayEvent.Received.class::isInstance)
                .map(event -> (Evidence.Encrypted) ((RelayEvent.Received) event).tls())
                .findFirst()
                .orElseThrow();
    }

    private static ReceiveConnector connector() {
        return Fixtures.receiveConnector(
                "internal",
                Fixtures.loopback(TlsMode.STARTTLS),
                RequireTls.NO,
                Fixtures.LIMITS,
                "127.0.0.1");
    }
}
