package relay.bench;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import relay.bench.Load.Shape;
import relay.core.address.Domain;
import relay.server.listener.SelfSignedCertificate;
import relay.server.listener.ServerCertificate;

/// A relay between a load and a next hop, each on a port that the system gave. One thread; blocks.
final class Field implements AutoCloseable {
    /// So long nothing arrives, and what is missing is given up.
    private static final long STALL_NANOS = 60_000_000_000L;

    private static final int POLL_MILLIS = 10;

    final Loops loops = new Loops();
    final RelayProcess relay;
    private final int relayPort = freePort();
    private final int hopPort = freePort();
    private final boolean tls;
    private final SslContext hopTls;
    private final SslContext clientTls;

    /// `relay` is the command before its verb. `connectors` next hops have a domain each, and with
    /// `tls` a demand for it.
    Field(List<String> relay, int connectors, boolean tls) throws IOException {
        this.tls = tls;
        Path folder = Files.createTempDirectory("relay-bench");
        ServerCertificate own =
                SelfSignedCertificate.in(
                        folder, Domain.parse("hop.bench.example").orElseThrow(), Instant.now());
        SslProvider provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
        hopTls = SslContextBuilder.forServer(own.key(), own.chain()).sslProvider(provider).build();
        clientTls =
                SslContextBuilder.forClient()
                        .sslProvider(provider)
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .endpointIdentificationAlgorithm(null)
                        .build();
        this.relay = new RelayProcess(relay, folder, connectors(connectors), machine(folder));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private String connectors(int count) {
        var text = new StringBuilder("receiveConnectors:\n");
        text.append("  - name: in\n    bindings: [\"127.0.0.1:").append(relayPort).append("\"]\n");
        text.append("    remoteIpRanges: [\"127.0.0.0/8\"]\n    maxConnections: 20000\n");
        text.append("    maxConnectionsPerSource: 20000\nsendConnectors:\n");
        String demand =
                tls ? "requireTls: true, tlsAuthLevel: EncryptionOnly" : "requireTls: false";
        for (int i = 0; i < count; i++)
            text.append(
                    "  - { name: c%d, addressSpaces: [\"d%d.bench.example\"], smartHosts: [\"[127.1.%d.%d]:%d\"], %s }\n"
                            .formatted(i, i, i / 250, i % 250 + 1, hopPort, demand));
        return text.toString();
    }

    private static String machine(Path folder) throws IOException {
        return """
        hostname: relay.bench.example
        data: %s
        admin: { listen: "127.0.0.1:%d" }
        limits: { maxQueueMessages: 10000000 }
        """
                .formatted(folder.resolve("data"), freePort());
    }

    /// A next hop that listens.
    Hop hop(Ledger ledger, boolean offerTls) throws InterruptedException {
        var hop = new Hop(loops, ledger, offerTls ? hopTls : null);
        var _ = hop.listen(hopPort);
        return hop;
    }

    /// Hands over as many messages as the ledger has. Throws where that takes too long.
    void load(Shape shape, boolean overTls, Ledger ledger, int limitSeconds)
            throws IOException, InterruptedException {
        var load = new Load(loops, relayPort, shape, overTls ? clientTls : null, ledger);
        if (!load.run(limitSeconds))
            throw new IOException("the load was not over after " + limitSeconds + " s");
    }

    int relayPort() {
        return relayPort;
    }

    /// Waits until every acknowledged message has arrived, or nothing has for a minute.
    static void drain(Ledger ledger) throws InterruptedException {
        int before = -1;
        long moved = System.nanoTime();
        while (ledger.missing() > 0 && System.nanoTime() - moved < STALL_NANOS) {
            int now = ledger.deliveredCount();
            if (now != before) moved = System.nanoTime();
            before = now;
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            relay.close();
        } finally {
            loops.close();
        }
    }
}
