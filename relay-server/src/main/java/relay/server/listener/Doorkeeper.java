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
import java.util.function.Supplier;
import relay.core.address.Domain;
import relay.core.intake.GatewayWatch;
import relay.core.intake.MessageGate;
import relay.core.intake.ReceiveTable;
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
            GatewayWatch gateways,
            ReadBuffer readBuffer,
            LoginDesk logins,
            ChannelGroup sessions) {}

    private final Entrance entrance;

    Doorkeeper(Binding binding, House house) {
        this.entrance = new Entrance(binding, house);
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        InetAddress address = channel.remoteAddress().getAddress();
        if (entrance.expectsHeaderFrom(address)) ProxyHeader.expect(channel, this::admit);
        else admit(channel, address);
    }

    private void admit(SocketChannel channel, InetAddress address) {
        switch (entrance.admit(address)) {
            case Entrance.Answer.ComeIn(var client) -> letIn(channel, client);
            case Entrance.Answer.StayOut(var reply) -> turnAway(channel, reply);
        }
    }

    private void letIn(Channel channel, Client client) {
        House house = entrance.house();
        if (client.isImplicitTls()) {
            channel.pipeline().addLast(house.tls().newHandler(client.clientCertificates()));
        }
        IdleStateHandler idle = client.newIdleHandler();
        channel.pipeline().addLast(idle, new IntakeHandler(client, house, idle));
        house.sessions().add(channel);
    }

    private void turnAway(SocketChannel channel, Reply greeting) {
        channel.config().setAutoRead(false);
        boolean silent = entrance.binding().tlsMode() == TlsMode.IMPLICIT;
        channel.pipeline().addLast(new Farewell(greeting, silent));
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
