package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.Domain;
import relay.core.event.RelayEvent;
import relay.core.intake.Fixtures;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;
import relay.server.outbound.TestCertificates;

class ListenerCertificatesTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "mx.first.example, mx.first.example",
        "MX.Second.example, mx.second.example",
        "a.third.example, *.third.example",
        "a.b.third.example, mx.first.example",
        "unknown.example, mx.first.example"
    })
    void aClientSeesTheCertificateOfTheNameItAsksFor(String asked, String shown)
            throws IOException, GeneralSecurityException {
        try (var running = running()) {
            // Given three certificates.
            var certificates = new TestCertificates();
            running.tls.use(
                    List.of(
                            server(certificates.named("mx.first.example")),
                            server(certificates.named("mx.second.example", "mx.first.example")),
                            server(certificates.named("*.third.example"))));

            // When a client asks for a name, then it sees the one that has it, or the first.
            assertThat(ClientChain.names(shown(running, asked))).contains(shown);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSessionIsResumed(String protocol) throws GeneralSecurityException {
        try (var running = running()) {
            // Given a client that was here before.
            SSLContext context = TestClient.anybody();
            long first = handshake(running, context, protocol).getCreationTime();

            // When it comes again, then its session is the one of before.
            assertThat(handshake(running, context, protocol).getCreationTime()).isEqualTo(first);

            // And with new certificates it is not.
            running.tls.use(List.of(server(new TestCertificates().named("mx.example"))));
            assertThat(handshake(running, context, protocol).getCreationTime()).isNotEqualTo(first);
        } catch (SSLException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aTicketIsGoodForOneChangeOfItsKey(String protocol) throws GeneralSecurityException {
        try (var running = running()) {
            // Given three clients that were here before.
            SSLContext one = TestClient.anybody();
            SSLContext two = TestClient.anybody();
            SSLContext three = TestClient.anybody();
            long ofOne = handshake(running, one, protocol).getCreationTime();
            long ofTwo = handshake(running, two, protocol).getCreationTime();
            long ofThree = handshake(running, three, protocol).getCreationTime();

            // When the key has been changed once, then a ticket of before is taken.
            running.nanoTime.addAndGet(TicketKeys.LIFETIME.toNanos());
            assertThat(handshake(running, one, protocol).getCreationTime()).isEqualTo(ofOne);

            // And when it has been changed twice it is not.
            running.nanoTime.addAndGet(TicketKeys.LIFETIME.toNanos());
            assertThat(handshake(running, two, protocol).getCreationTime()).isNotEqualTo(ofTwo);

            // Nor when nobody came in the meantime, so that it was changed but once.
            running.nanoTime.addAndGet(3 * TicketKeys.LIFETIME.toNanos());
            long ofTwoAgain = handshake(running, two, protocol).getCreationTime();
            running.nanoTime.addAndGet(2 * TicketKeys.LIFETIME.toNanos());
            assertThat(handshake(running, three, protocol).getCreationTime()).isNotEqualTo(ofThree);
            assertThat(handshake(running, two, protocol).getCreationTime())
                    .isNotEqualTo(ofTwoAgain);
        }
    }

    @Test
    void aKeyExchangeThatNoQuantumComputerBreaksIsThere() throws SSLException {
        // Given a client that knows the hybrid group alone.
        SslContext client =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL)
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .protocols("TLSv1.3")
                        .option(OpenSslContextOption.GROUPS, new String[] {"X25519MLKEM768"})
                        .build();
        var server = server(new TestCertificates().named("mx.example"));
        SslContext ours =
                ServerContexts.tryByName(
                                List.of(server), ClientCertificates.NOT_ASKED, System::nanoTime)
                        .map("x");

        // When it shakes hands with us, then it works.
        SSLEngine one = client.newEngine(io.netty.buffer.UnpooledByteBufAllocator.DEFAULT);
        SSLEngine other = ours.newEngine(io.netty.buffer.UnpooledByteBufAllocator.DEFAULT);
        assertThat(shakeHands(one, other)).isEqualTo("TLSv1.3");
    }

    @Test
    void changedFilesAreInForceOnceTheyHaveSettledAndBadOnesAreNot() throws IOException {
        // Given a watch over the files of a certificate.
        var first = SelfSignedCertificate.in(folder, Fixtures.HOSTNAME, RunningListener.NOW);
        Path cert = folder.resolve("self-signed.crt");
        Path key = folder.resolve("self-signed.key");
        var loaded = new ArrayList<ServerCertificate>();
        var events = new ArrayList<RelayEvent>();
        var watch =
                new CertificateWatch(
                        () -> List.of(cert, key),
                        () -> loaded.add(ServerCertificate.read(cert, key)),
                        events::add);
        watch.look();
        assertThat(loaded).isEmpty();

        // When another certificate comes, and its key a moment later.
        Path fresh = folder.resolve("fresh");
        var other = SelfSignedCertificate.in(fresh, new Domain("b.example"), RunningListener.NOW);
        move(fresh.resolve("self-signed.crt"), cert);
        watch.look();
        move(fresh.resolve("self-signed.key"), key);
        watch.look();

        // Then nothing is read while they change, and once when they no longer do.
        assertThat(loaded).isEmpty();
        watch.look();
        watch.look();
        assertThat(loaded).extracting(ServerCertificate::chain).containsExactly(other.chain());
        assertThat(other.chain()).isNotEqualTo(first.chain());
        assertThat(events).isEmpty();

        // And a bad file is one error, that says which.
        Files.writeString(cert, "cut off");
        watch.look();
        watch.look();
        watch.look();
        assertThat(loaded).hasSize(1);
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        RelayEvent.Fault.class,
                        fault ->
                                assertThat(fault.detail())
                                        .contains("the old ones stay in force")
                                        .contains("self-signed.crt"));
        watch.close();
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String shakeHands(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(64 << 10);
        ByteBuffer toClient = ByteBuffer.allocate(64 << 10);
        ByteBuffer none = ByteBuffer.allocate(64 << 10);
        client.beginHandshake();
        server.beginHandshake();
        for (int round = 0; round < 20; round++) {
            client.wrap(ByteBuffer.allocate(0), toServer);
            toServer.flip();
            server.unwrap(toServer, none);
            toServer.compact();
            server.wrap(ByteBuffer.allocate(0), toClient);
            toClient.flip();
            client.unwrap(toClient, none);
            toClient.compact();
        }
        return server.getSession().getProtocol();
    }

    private SSLSession handshake(RunningListener running, SSLContext context, String protocol) {
        try (var client = running.connect()) {
            client.readLine();
            client.ask("EHLO client.example.org");
            client.ask("STARTTLS");
            SSLSession session = client.secure(context, "mx.example", protocol);
            // The ticket of TLS 1.3 comes behind the handshake.
            client.ask("EHLO client.example.org");
            return session;
        }
    }

    private List<X509Certificate> shown(RunningListener running, String name)
            throws IOException, GeneralSecurityException {
        try (var client = running.connect()) {
            client.readLine();
            client.ask("EHLO client.example.org");
            client.ask("STARTTLS");
            SSLSession session = client.secure(TestClient.anybody(), name);
            return List.of((X509Certificate) session.getPeerCertificates()[0]);
        }
    }

    private static ServerCertificate server(TestCertificates.Identity identity) {
        return new ServerCertificate("test", identity.chain(), identity.keys().getPrivate());
    }

    private RunningListener running() {
        return new RunningListener(
                folder,
                Fixtures.receiveConnector(
                        "internal",
                        Fixtures.loopback(TlsMode.STARTTLS),
                        RequireTls.NO,
                        Fixtures.LIMITS,
                        "127.0.0.1"));
    }
}
