package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.intake.DialoguePeer;
import relay.core.intake.Fixtures;
import relay.core.intake.IntakeReplies;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

class AdmissionTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final String GREETING = "220 relay.example.net ESMTP";

    @TempDir Path folder;

    @Test
    void aStrangerIsToldSoAndNothingOfItIsRead() {
        // Given a connector for others.
        var connector = connector("others", free(), Fixtures.LIMITS, "192.0.2.0/24");
        try (var running = new RunningListener(folder, connector);
                var client = running.connect()) {

            // When a client connects, and talks at once.
            String greeting = client.readLine();

            // Then it hears one line, and is an event, but no session.
            assertThat(greeting).isEqualTo("554 5.7.1 Access denied");
            assertThat(client.readLine()).isEqualTo(DialoguePeer.CLOSED);
            assertThat(running.events)
                    .containsExactly(
                            new RelayEvent.Rejected(LOOPBACK, IntakeReplies.ACCESS_DENIED));
        }
    }

    @Test
    void aStrangerWhoWantsTlsAtOnceGetsNoHandshake() {
        // Given a connector for others, with implicit TLS.
        var binding = new Binding(new InetSocketAddress(LOOPBACK, 0), TlsMode.IMPLICIT);
        var connector = connector("others", binding, Fixtures.LIMITS, "192.0.2.0/24");
        try (var running = new RunningListener(folder, connector);
                var client = running.connect()) {

            // When a client connects, then it is closed without a word.
            assertThat(client.readLine()).isEqualTo(DialoguePeer.CLOSED);
        }
    }

    @Test
    void theMostSpecificConnectorOfABindingHasTheClient() {
        // Given two connectors on one binding.
        Binding binding = free();
        var wide = connector("wide", binding, Fixtures.LIMITS, "127.0.0.0/8");
        var host = connector("host", binding, Fixtures.LIMITS, "127.0.0.1");
        try (var running = new RunningListener(folder, wide, host);
                var client = running.connect()) {

            // When a client of both sends mail.
            client.readLine();
            assertThat(client.sendMessage("x")).startsWith("250 2.0.0");

            // Then it came by the narrower.
            var envelope = running.memory.stored().getFirst().message().envelope();
            assertThat(envelope.receiveConnector()).isEqualTo("host");
            assertThat(envelope.client()).isEqualTo(LOOPBACK);
        }
    }

    @Test
    void noMoreConnectionsThanAllowedAndAgainOnesWhenOthersEnd() {
        // Given a connector for two connections.
        var connector = connector("internal", free(), limits(2, 100), "127.0.0.1");
        try (var running = new RunningListener(folder, connector);
                var first = running.connect();
                var second = running.connect()) {
            assertThat(List.of(first.readLine(), second.readLine())).containsOnly(GREETING);

            // When there is a third, and when one has gone.
            assertThat(greeting(running)).startsWith("421 4.3.2 Too many connections");
            first.ask("QUIT");
            first.disconnect();

            // Then there is room for one.
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(greeting(running)).isEqualTo(GREETING));
        }
    }

    @Test
    void noMoreConnectionsFromOneAddressThanAllowed() {
        // Given a connector for one connection a client.
        var connector = connector("internal", free(), limits(100, 1), "127.0.0.1");
        try (var running = new RunningListener(folder, connector);
                var first = running.connect()) {
            assertThat(first.readLine()).isEqualTo(GREETING);

            // When the client comes again, then it hears so.
            assertThat(greeting(running)).startsWith("421 4.7.0 Too many connections from your");
        }
    }

    @Test
    void newConnectorsApplyToNewConnectionsAndLeaveOpenSessionsAlone() throws IOException {
        // Given a session on a binding.
        Binding binding = free();
        try (var running =
                        new RunningListener(
                                folder, connector("old", binding, Fixtures.LIMITS, "127.0.0.1"));
                var client = running.connect()) {
            client.readLine();
            InetSocketAddress before = running.address();

            // When the same binding gets another connector, then the port stays.
            running.listener.reconfigure(
                    List.of(connector("new", binding, Fixtures.LIMITS, "192.0.2.1")));
            assertThat(running.address()).isEqualTo(before);
            assertThat(greeting(running)).startsWith("554 5.7.1");

            // And when the binding goes, then it is closed, and the session goes on.
            var implicit = new Binding(binding.address(), TlsMode.IMPLICIT);
            running.listener.reconfigure(
                    List.of(connector("tls", implicit, Fixtures.LIMITS, "127.0.0.1")));
            assertThat(running.address()).isNotEqualTo(before);
            assertThatThrownBy(() -> new TestClient(before).close())
                    .hasMessageContaining("refused");
            assertThat(client.sendMessage("x")).startsWith("250 2.0.0");
            var envelope = running.memory.stored().getFirst().message().envelope();
            assertThat(envelope.receiveConnector()).isEqualTo("old");
        }
    }

    @Test
    void whereOneBindingCannotBeOpenedNothingChanges() throws IOException {
        // Given a running listener, and a port that somebody else has.
        try (var running =
                        new RunningListener(
                                folder, connector("old", free(), Fixtures.LIMITS, "127.0.0.1"));
                var taken = new ServerSocket(0, 1, LOOPBACK)) {
            InetSocketAddress before = running.address();
            var address = new InetSocketAddress(LOOPBACK, taken.getLocalPort());
            var wanted = new Binding(address, TlsMode.STARTTLS);
            var other = new Binding(new InetSocketAddress(LOOPBACK, 0), TlsMode.IMPLICIT);

            // When that port is wanted too.
            assertThatThrownBy(() ->
                            running.listener.reconfigure(
                                    List.of(
                                            connector("a", other, Fixtures.LIMITS, "::1"),
                                            connector("b", wanted, Fixtures.LIMITS, "::1"))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen on")
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()));

            // Then everything is as it was.
            assertThat(running.listener.addresses()).containsExactly(before);
            assertThat(greeting(running)).isEqualTo(GREETING);
        }
    }

    @Test
    void nobodyIsAcceptedByNewConnectorsBeforeTheirGroundworkIsLaid() throws IOException {
        // Given a binding that is to get another connector, and a second binding to come.
        Binding shared = free();
        var fresh = new Binding(shared.address(), TlsMode.IMPLICIT);
        List<String> heard = new ArrayList<>();
        try (var running =
                new RunningListener(
                        folder, connector("old", shared, Fixtures.LIMITS, "192.0.2.1"))) {
            List<InetSocketAddress> before = running.listener.addresses();

            // When a client comes while the groundwork is laid.
            running.listener.reconfigure(
                    List.of(
                            connector("new", shared, Fixtures.LIMITS, "127.0.0.1"),
                            connector("tls", fresh, Fixtures.LIMITS, "127.0.0.1")),
                    () -> {
                        heard.add(greeting(running));
                        assertThat(running.listener.addresses()).isEqualTo(before);
                    });
            heard.add(greeting(before.getFirst()));

            // Then it met the old connector, and the next one the new.
            assertThat(heard).containsExactly("554 5.7.1 Access denied", GREETING);
            assertThat(running.listener.addresses()).hasSize(2);
        }
    }

    @Test
    void whereTheGroundworkFailsNothingChanges() {
        // Given a running listener.
        try (var running =
                new RunningListener(
                        folder, connector("old", free(), Fixtures.LIMITS, "127.0.0.1"))) {
            List<InetSocketAddress> before = running.listener.addresses();
            var other = new Binding(new InetSocketAddress(LOOPBACK, 0), TlsMode.IMPLICIT);

            // When it is to listen elsewhere, for others, and what must come first fails.
            assertThatThrownBy(() ->
                            running.listener.reconfigure(
                                    List.of(connector("new", other, Fixtures.LIMITS, "::1")),
                                    () -> {
                                        throw new IOException("no such certificate");
                                    }))
                    .hasMessage("no such certificate");

            // Then everything is as it was.
            assertThat(running.listener.addresses()).isEqualTo(before);
            assertThat(greeting(running)).isEqualTo(GREETING);
        }
    }

    private static String greeting(InetSocketAddress address) {
        try (var client = new TestClient(address)) {
            return client.readLine();
        }
    }

    private static String greeting(RunningListener running) {
        try (var client = running.connect()) {
            return client.readLine();
        }
    }

    private static Binding free() {
        return Fixtures.loopback(TlsMode.STARTTLS);
    }

    private static Limits limits(int connections, int perSource) {
        return new Limits(1 << 20, 5, connections, perSource, 3, Duration.ofMinutes(5));
    }

    private static ReceiveConnector connector(
            String name, Binding binding, Limits limits, String ranges) {
        return Fixtures.receiveConnector(name, binding, RequireTls.NO, limits, ranges);
    }
}
