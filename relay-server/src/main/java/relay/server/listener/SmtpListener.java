package relay.server.listener;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.intake.GatewayWatch;
import relay.core.intake.IntakeInput;
import relay.core.intake.IntakeInput.ShuttingDown.Patience;
import relay.core.intake.MessageRates;
import relay.core.intake.ReceiveTable;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Binding;
import relay.server.listener.Doorkeeper.House;
import relay.server.transport.EventLoops;

/// Accepts mail on every binding of the receive connectors, on event loops that stay the caller's.
/// Methods may be called from any thread but those; they wait for what they do.
public final class SmtpListener implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final House house;
    private final EventLoops loops;
    private final LoginDesk logins = new LoginDesk();
    private final Map<Binding, Channel> open = new HashMap<>();
    private volatile ReceiveTable table = new ReceiveTable(List.of());

    /// Listens nowhere before [#reconfigure]. `hostname` is what the relay calls itself.
    public SmtpListener(EventLoops loops, Domain hostname, ListenerPorts ports, ListenerTls tls) {
        this(loops, hostname, ports, tls, DefaultGateways.ofThisMachine());
    }

    /// Where `gateways` are the machine's.
    SmtpListener(
            EventLoops loops,
            Domain hostname,
            ListenerPorts ports,
            ListenerTls tls,
            Set<InetAddress> gateways) {
        this.loops = loops;
        ChannelGroup sessions = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        house =
                new House(
                        hostname,
                        () -> table,
                        ports,
                        tls,
                        new ConnectionCounts(),
                        new MessageRates(ports.clock()).then(ports.gate()),
                        new GatewayWatch(gateways),
                        new ReadBuffer(),
                        logins,
                        sessions);
    }

    /// What must be in force before anybody is accepted by new connectors.
    @FunctionalInterface
    public interface Groundwork {
        void lay() throws IOException;
    }

    /// Where nothing has to come first.
    public void reconfigure(List<ReceiveConnector> connectors) throws IOException {
        reconfigure(connectors, () -> {});
    }

    /// Puts `connectors` in force, for new connections: opens what is not open yet, has the
    /// groundwork laid, and then closes what is no longer wanted. Where one binding cannot be opened,
    /// or the groundwork fails, everything here stays as it was; of a binding the exception's message
    /// says which and why.
    public synchronized void reconfigure(List<ReceiveConnector> connectors, Groundwork first)
            throws IOException {
        var wanted = new ReceiveTable(connectors);
        Map<Binding, Channel> fresh = openAll(missing(wanted.bindings()));
        try {
            first.lay();
        } catch (IOException | RuntimeException e) {
            fresh.values().forEach(SmtpListener::closeNow);
            throw e;
        }
        table = wanted;
        open.putAll(fresh);
        fresh.values().forEach(channel -> channel.config().setAutoRead(true));
        Map<Binding, Channel> unwanted = new HashMap<>(open);
        unwanted.keySet().removeAll(wanted.bindings());
        unwanted.values().forEach(SmtpListener::closeNow);
        open.keySet().retainAll(wanted.bindings());
    }

    /// Where it listens; a binding to port 0 with the port it was given.
    public synchronized List<InetSocketAddress> addresses() {
        return open.values().stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    /// How many clients are connected.
    public int connections() {
        return house.sessions().size();
    }

    /// Stops listening and tells every session that the relay goes down (RFC 5321 §3.8): idle ones
    /// end at once, with 421; others at their next command or when their message is stored.
    public synchronized void stopAccepting() {
        open.values().forEach(SmtpListener::closeNow);
        open.clear();
        tellAll(Patience.MAY_FINISH);
    }

    /// [#stopAccepting], and waits for the sessions, until `limit`; then they are ended. Nothing is
    /// lost: what was not acknowledged is still the client's.
    public void drain(Duration limit) {
        stopAccepting();
        if (allEndWithin(limit)) return;
        tellAll(Patience.NO_MORE);
        if (allEndWithin(LAST_WORDS)) return;
        house.sessions().close().awaitUninterruptibly(LAST_WORDS.toMillis());
    }

    /// Ends everything at once, but for [#drain] of no time.
    @Override
    public void close() {
        drain(Duration.ZERO);
        logins.close();
    }

    /// Returns when all have heard it.
    private void tellAll(Patience patience) {
        var shuttingDown = new IntakeInput.ShuttingDown(patience);
        var told = new ArrayList<Future<?>>();
        // Sessions come and go meanwhile; only an iterator of the group bears that.
        for (Channel session : house.sessions()) {
            told.add(session.eventLoop().submit(() -> tell(session, shuttingDown)));
        }
        told.forEach(Future::awaitUninterruptibly);
    }

    private static void tell(Channel session, IntakeInput input) {
        session.pipeline().fireUserEventTriggered(input);
    }

    private boolean allEndWithin(Duration limit) {
        return house.sessions().newCloseFuture().awaitUninterruptibly(limit.toMillis());
    }

    private Set<Binding> missing(Set<Binding> wanted) {
        Set<Binding> missing = new HashSet<>(wanted);
        missing.removeAll(open.keySet());
        return missing;
    }

    /// Binds all or none. Nobody is accepted yet, so nobody meets the old table at a new door.
    private Map<Binding, Channel> openAll(Set<Binding> bindings) throws IOException {
        Map<Binding, Channel> fresh = new HashMap<>();
        for (Binding binding : bindings) {
            ChannelFuture bound = bind(binding).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                fresh.values().forEach(SmtpListener::closeNow);
                throw new IOException(
                        "cannot listen on " + binding.address() + ": " + bound.cause().getMessage(),
                        bound.cause());
            }
            fresh.put(binding, bound.channel());
        }
        return fresh;
    }

    private ChannelFuture bind(Binding binding) {
        return new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Doorkeeper(binding, house))
                .bind(binding.address());
    }

    private static void closeNow(Channel channel) {
        channel.close().awaitUninterruptibly();
    }
}
