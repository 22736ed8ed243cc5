package relay.server.listener;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import relay.core.event.RelayEvent;
import relay.core.intake.BackPressure;
import relay.core.intake.Fixtures;
import relay.core.intake.MemoryStore;
import relay.core.queue.MessageStore;
import relay.core.routing.ReceiveConnector;
import relay.server.transport.EventLoops;

/// A listener on loopback with a store of its own, whose writer is a thread of its own.
final class RunningListener implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    final ExecutorService writer = Executors.newSingleThreadExecutor();
    final MemoryStore memory = new MemoryStore(writer);
    final ConcurrentLinkedQueue<RelayEvent> events = new ConcurrentLinkedQueue<>();
    final BackPressure pressure = new BackPressure();
    final ListenerTls tls;
    final AtomicLong nanoTime = new AtomicLong();
    private final EventLoops loops = EventLoops.open("intake", 2);
    final SmtpListener listener;

    RunningListener(Path folder, ReceiveConnector... connectors) {
        this(folder, store -> store, connectors);
    }

    /// `around` may put something between the listener and the store.
    RunningListener(
            Path folder,
            Function<MemoryStore, MessageStore> around,
            ReceiveConnector... connectors) {
        this(folder, Set.of(), around, connectors);
    }

    /// `gateways` are the machine's.
    RunningListener(
            Path folder,
            Set<InetAddress> gateways,
            Function<MemoryStore, MessageStore> around,
            ReceiveConnector... connectors) {
        try {
            tls =
                    new ListenerTls(
                            List.of(SelfSignedCertificate.in(folder, Fixtures.HOSTNAME, NOW)),
                            nanoTime::get);
            var ports =
                    new ListenerPorts(
                            Fixtures::policy,
                            around.apply(memory),
                            events::add,
                            InstantSource.fixed(NOW),
                            pressure);
            listener = new SmtpListener(loops, Fixtures.HOSTNAME, ports, tls, gateways);
            listener.reconfigure(List.of(connectors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InetSocketAddress address() {
        return listener.addresses().getFirst();
    }

    TestClient connect() {
        return new TestClient(address());
    }

    void drain(Duration limit) {
        listener.drain(limit);
    }

    @Override
    public void close() {
        listener.close();
        loops.close();
        writer.shutdownNow();
    }
}
