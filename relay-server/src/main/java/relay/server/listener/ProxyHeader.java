package relay.server.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.address.IpRange;

/// Waits for the header in which a proxy says whose connection it hands on (PROXY protocol, versions 1
/// and 2), then makes way for the session. A proxy that says nothing, or something else, is closed
/// on: its own address must never count as a client's by mistake. Confined to the channel's loop.
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHeader.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BiConsumer<SocketChannel, InetAddress> admit;
    private boolean refused;

    private ProxyHeader(BiConsumer<SocketChannel, InetAddress> admit) {
        this.admit = admit;
    }

    /// `admit` is told the client's address, when it is known.
    static void expect(SocketChannel channel, BiConsumer<SocketChannel, InetAddress> admit) {
        var header = new ProxyHeader(admit);
        channel.pipeline().addLast(new HAProxyMessageDecoder(), header);
        var _ =
                channel.eventLoop()
                        .schedule(
                                () -> giveUp(channel.pipeline(), header),
                                PATIENCE.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            // What a proxy says that has been refused already.
            ReferenceCountUtil.release(message);
            return;
        }
        var channel = (SocketChannel) context.channel();
        try {
            Optional<InetAddress> client = client(header, channel);
            if (client.isEmpty()) {
                refuse(context, "an address of another kind");
                return;
            }
            admit.accept(channel, client.get());
            // The session begins now, as if its client had just connected.
            context.fireChannelActive();
            context.pipeline().remove(this);
        } finally {
            header.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refuse(context, cause.toString());
    }

    /// A proxy that looks after us itself is its own client.
    private static Optional<InetAddress> client(HAProxyMessage header, SocketChannel channel) {
        if (header.command() == HAProxyCommand.LOCAL) {
            return Optional.of(channel.remoteAddress().getAddress());
        }
        return switch (header.proxiedProtocol()) {
            case TCP4, TCP6 -> IpRange.address(header.sourceAddress());
            case UNKNOWN, UDP4, UDP6, UNIX_STREAM, UNIX_DGRAM -> Optional.empty();
        };
    }

    private static void giveUp(ChannelPipeline pipeline, ProxyHeader header) {
        var context = pipeline.context(header);
        if (context != null)
            header.refuse(context, "no header within " + PATIENCE.toSeconds() + " s");
    }

    private void refuse(ChannelHandlerContext context, String why) {
        if (refused) return;
        refused = true;
        LOG.warn("proxy={} refused: {}", context.channel().remoteAddress(), why);
        var _ = context.close();
    }
}
