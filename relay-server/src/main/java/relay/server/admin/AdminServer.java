package relay.server.admin;

import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;

/// The HTTP server of the admin port: Helidon, a virtual thread for each connection.
///
/// Limits: 64 connections, 16 requests at a time, 1 minute of idleness.
public final class AdminServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_REQUESTS = 16;

    private final WebServer server;
    private final QueueReads reads;
    private final InetSocketAddress address;

    private AdminServer(WebServer server, QueueReads reads, InetSocketAddress address) {
        this.server = server;
        this.reads = reads;
        this.address = address;
    }

    /// Listens at `listen`; port 0 takes any that is free. Throws where the address cannot be had, or
    /// the token that changes must show cannot be read or made.
    public static AdminServer start(InetSocketAddress listen, AdminSources sources)
            throws IOException {
        AdminToken token = AdminToken.in(sources.dataFolder());
        var reads = new QueueReads(sources.control(), PATIENCE);
        var routes = new AdminRoutes(sources, new QueueApi(sources, reads), token);
        WebServer server =
                WebServer.builder()
                        .shutdownHook(false)
                        .featuresDiscoverServices(false)
                        .bindAddress(listen)
                        .maxTcpConnections(MAX_CONNECTIONS)
                        .maxConcurrentRequests(MAX_REQUESTS)
                        .idleConnectionTimeout(Duration.ofMinutes(1))
                        .shutdownGracePeriod(Duration.ofSeconds(1))
                        .directHandlers(AdminServer::plainErrors)
                        .routing(routes::addTo)
                        .build();
        // Helidon logs that it cannot listen and returns all the same.
        server.start();
        if (!server.isRunning()) {
            reads.close();
            throw new IOException("cannot listen at " + listen + whyNot(listen));
        }
        return new AdminServer(
                server, reads, new InetSocketAddress(listen.getAddress(), server.port()));
    }

    /// Where it listens, with the port that was taken.
    public InetSocketAddress address() {
        return address;
    }

    /// Ends what is being answered within a second. Any thread.
    @Override
    public void close() {
        server.stop();
        reads.close();
    }

    /// What Helidon itself refuses, before a route is found, is answered like everything else.
    private static void plainErrors(DirectHandlers.Builder handlers) {
        for (EventType type : EventType.values()) {
            handlers.addHandler(
                    type,
                    (_, _, status, headers, _) ->
                            DirectHandler.TransportResponse.builder()
                                    .status(status)
                                    .headers(headers)
                                    .header(HeaderNames.CONTENT_TYPE, "application/json")
                                    .entity(Answer.error(status.code(), words(status)).text())
                                    .build());
        }
    }

    private static String words(Status status) {
        return status.reasonPhrase().isEmpty() ? "refused" : status.reasonPhrase();
    }

    private static String whyNot(InetSocketAddress listen) {
        try (var socket = new ServerSocket()) {
            socket.bind(listen);
            return "";
        } catch (IOException reason) {
            return ": " + reason.getMessage();
        }
    }
}
