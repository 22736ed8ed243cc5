package relay.server.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import relay.core.address.Domain;
import relay.core.event.RelayEvent;
import relay.core.intake.IntakeReplies;
import relay.core.intake.IntakeRules;
import relay.core.intake.IntakeRules.StartTls;
import relay.core.intake.MessageGate;
import relay.core.intake.ReceiveTable;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.smtp.Reply;

/// Looks at every new connection of one binding before a byte of it is read: who is in no
/// connector's range, or one too many, hears why and is closed. Runs on event loops.
final class Doorkeeper extends ChannelInitializer<SocketChannel> {

    /// What all doorkeepers of a listener share. `table` gives the connectors in force.
    record House(
            Domain hostname,
            Supplier<ReceiveTable> table,
            ListenerPorts ports,
            ListenerTls tls,
            ConnectionCounts counts,
            MessageGate gate,
            ReadBuffer readBuffer,
            Executor judges,
            ChannelGroup sessions) {}

    private final Binding binding;
    private final House house;

    Doorkeeper(Binding binding, House house) {
        this.binding = binding;
        this.house = house;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        InetAddress address = channel.remoteAddress().getAddress();
        if (house.table().get().isProxy(binding, address)) ProxyHeader.expect(channel, this::admit);
        else admit(channel, address);
    }

    private void admit(SocketChannel channel, InetAddress address) {
        Optional<ReceiveConnector> connector = house.table().get().choose(binding, address);
        if (connector.isEmpty()) {
            turnAway(channel, address, IntakeReplies.ACCESS_DENIED);
            return;
        }
        Optional<ConnectionCounts.TooMany> tooMany = house.counts().open(connector.get(), address);
        if (tooMany.isPresent()) tooMany(channel, address, connector.get(), tooMany.get());
        else letIn(channel, address, connector.get());
    }

    private void letIn(Channel channel, InetAddress address, ReceiveConnector connector) {
        var rules = new IntakeRules(house.hostname(), connector, StartTls.OFFERED);
        var client = new Client(address, binding, rules, house.counts(), house.gate());
        var idle =
                new IdleStateHandler(
                        connector.limits().inactivityTimeout().toMillis(),
                        0,
                        0,
                        TimeUnit.MILLISECONDS);
        if (client.isImplicitTls()) {
            channel.pipeline().addLast(house.tls().newHandler(connector.clientCertificates()));
        }
        var intake =
                new IntakeHandler(
                        client,
                        house.ports(),
                        house.tls(),
                        house.readBuffer(),
                        house.judges(),
                        idle);
        channel.pipeline().addLast(idle, intake);
        house.sessions().add(channel);
    }

    private void tooMany(
            SocketChannel channel,
            InetAddress address,
            ReceiveConnector connector,
            ConnectionCounts.TooMany why) {
        turnAway(channel, address, why.reply());
        house.ports()
                .events()
                .on(
                        new RelayEvent.LimitReached(
                                connector.name(), address, why.limit(), why.reply()));
    }

    private void turnAway(SocketChannel channel, InetAddress address, Reply greeting) {
        channel.config().setAutoRead(false);
        boolean silent = binding.tlsMode() == TlsMode.IMPLICIT;
        channel.pipeline().addLast(new Farewell(greeting, silent));
        house.ports().events().on(new RelayEvent.Rejected(address, greeting));
    }

    /// Says one line and closes. Over implicit TLS not even that: a handshake would have to be read.
    private static final class Farewell extends ChannelInboundHandlerAdapter {
        private final Reply greeting;
        private final boolean silent;

        private Farewell(Reply greeting, boolean silent) {
            this.greeting = greeting;
            this.silent = silent;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            byte[] line = silent ? new byte[0] : greeting.toWire();
            context.writeAndFlush(context.alloc().buffer(line.length).writeBytes(line))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}
