package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.IpRange;
import relay.core.event.RelayEvent;
import relay.core.intake.DialoguePeer;
import relay.core.intake.Fixtures;
import relay.core.intake.IntakeReplies;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

class ProxyProtocolTest {
    private static final String GREETING = "220 relay.example.net ESMTP";
    private static final byte[] SIGNATURE = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
    };

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void theClientThatAProxyNamesIsTheClient(TlsMode mode) {
        // Given a connector for one network, behind a proxy that is not in it.
        try (var running = new RunningListener(folder, connector(mode, "127.0.0.1"));
                var client = running.connect()) {

            // When the proxy names a client of the network, in one packet with what that says.
            String first = mode == TlsMode.STARTTLS ? "EHLO client.example.org\r\n" : "";
            client.send("PROXY TCP4 192.0.2.7 192.0.2.1 40000 25\r\n" + first);
            if (mode == TlsMode.IMPLICIT) client.secure();
            assertThat(client.readLine()).isEqualTo(GREETING);
            if (mode == TlsMode.STARTTLS) assertThat(client.readReply()).startsWith("250 ");
            assertThat(client.sendMessage("x")).startsWith("250 2.0.0");

            // Then it is the client of the envelope, of the Received field, and of the counts.
            var stored = running.memory.stored().getFirst();
            assertThat(stored.message().envelope().client())
                    .isEqualTo(InetAddress.ofLiteral("192.0.2.7"));
            assertThat(stored.content()).contains("([192.0.2.7])");
        }
    }

    @Test
    void versionTwoIsReadToo() {
        try (var running = new RunningListener(folder, connector(TlsMode.STARTTLS, "127.0.0.1"));
                var client = running.connect()) {
            // When a proxy speaks version 2.
            client.send(version2((byte) 0x21, "192.0.2.8"));

            // Then its client is heard.
            assertThat(client.readLine()).isEqualTo(GREETING);
            assertThat(client.sendMessage("x")).startsWith("250 2.0.0");
            assertThat(running.memory.stored().getFirst().message().envelope().client())
                    .isEqualTo(InetAddress.ofLiteral("192.0.2.8"));
        }
    }

    @Test
    void aStrangerBehindAProxyIsAStranger() {
        try (var running = new RunningListener(folder, connector(TlsMode.STARTTLS, "127.0.0.1"));
                var client = running.connect()) {
            // When a proxy hands on somebody who is in no range.
            client.send("PROXY TCP4 198.51.100.9 192.0.2.1 40000 25\r\n");

            // Then that one is turned away.
            assertThat(client.readLine()).isEqualTo("554 5.7.1 Access denied");
            assertThat(client.readLine()).isEqualTo(DialoguePeer.CLOSED);
            assertThat(running.events)
                    .containsExactly(
                            new RelayEvent.Rejected(
                                    InetAddress.ofLiteral("198.51.100.9"),
                                    IntakeReplies.ACCESS_DENIED));
        }
    }

    @Test
    void aProxyThatLooksAfterUsIsItsOwnClient() {
        try (var running = new RunningListener(folder, connector(TlsMode.STARTTLS, "127.0.0.1"));
                var client = running.connect()) {
            // When it says that the connection is its own, then its own address counts, which is in
            // no range here.
            client.send(version2((byte) 0x20, "192.0.2.8"));
            assertThat(client.readLine()).isEqualTo("554 5.7.1 Access denied");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EHLO client.example.org\r\n",
                "PROXY TCP4 192.0.2.7\r\n",
                "PROXY TCP4 192.0.2.777 192.0.2.1 40000 25\r\n",
                "PROXY TCP4 2001:db8::1 192.0.2.1 40000 25\r\n",
                "PROXY UNKNOWN\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 40000 25\n"
            })
    void aProxyThatSaysSomethingElseIsClosedOn(String said) {
        try (var running = new RunningListener(folder, connector(TlsMode.STARTTLS, "127.0.0.1"));
                var client = running.connect()) {
            // When what should be a header is none, then nobody is greeted.
            client.send(said + "x".repeat(200));
            assertThat(client.drainUntilClosed()).isEmpty();
        }
    }

    @Test
    void theHeaderOfSomebodyElseIsNotBelieved() {
        // Given a client in a range, and a proxy that is another.
        try (var running =
                        new RunningListener(
                                folder, connector(TlsMode.STARTTLS, "192.0.2.50", "127.0.0.1"));
                var client = running.connect()) {
            // When it tells of somebody else, then that is no SMTP.
            client.send("PROXY TCP4 192.0.2.7 192.0.2.1 40000 25\r\n");
            assertThat(client.readLine()).isEqualTo(GREETING);
            assertThat(client.readLine()).startsWith("500 5.5.2");
        }
    }

    private static byte[] version2(byte command, String source) {
        var header = ByteBuffer.allocate(28);
        header.put(SIGNATURE).put(command).put((byte) 0x11).putShort((short) 12);
        header.put(InetAddress.ofLiteral(source).getAddress());
        header.put(InetAddress.ofLiteral("192.0.2.1").getAddress());
        header.putShort((short) 40000).putShort((short) 25);
        return header.array();
    }

    private static ReceiveConnector connector(TlsMode mode, String proxy, String... more) {
        var ranges = new String[more.length + 1];
        ranges[0] = "192.0.2.0/28";
        System.arraycopy(more, 0, ranges, 1, more.length);
        var usual =
                Fixtures.receiveConnector(
                        "internal",
                        Fixtures.loopback(mode),
                        RequireTls.NO,
                        Fixtures.LIMITS,
                        ranges);
        return new ReceiveConnector(
                usual.name(),
                usual.origin(),
                usual.bindings(),
                usual.remoteIpRanges(),
                usual.requireTls(),
                usual.authentication(),
                usual.limits(),
                ClientCertificates.NOT_ASKED,
                List.of(IpRange.parse(proxy).orElseThrow()));
    }
}
