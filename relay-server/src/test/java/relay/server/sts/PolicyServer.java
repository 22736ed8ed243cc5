package relay.server.sts;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/// A policy host on this machine, over real HTTPS: what it serves can be changed, and it notes what
/// it was asked for.
final class PolicyServer implements AutoCloseable {
    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile int status = 200;
    volatile String contentType = "text/plain";
    volatile String file = "";
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean stalls;
    private final HttpsServer server;

    PolicyServer(SSLContext tls) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /// From now on an answer begins and never ends.
    void stall() {
        stalls = true;
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(
                exchange.getRequestHeaders().getFirst("Host").replaceFirst(":.*", "")
                        + exchange.getRequestURI());
        byte[] body = file.getBytes(StandardCharsets.UTF_8);
        if (!contentType.isEmpty()) exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.getResponseHeaders().set("Location", "/elsewhere");
        exchange.sendResponseHeaders(status, 0);
        try (exchange;
                OutputStream out = exchange.getResponseBody()) {
            out.write(body);
            out.flush();
            if (stalls) closed.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
