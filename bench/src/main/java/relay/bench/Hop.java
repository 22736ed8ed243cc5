package relay.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// The next hop: accepts every message, throws it away and books it. Any thread.
final class Hop implements AutoCloseable {
    private final Loops loops;
    private final @Nullable SslContext tls;
    private final ChannelGroup sessions = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private volatile Ledger ledger;
    private @Nullable Channel listening;

    /// With `tls` STARTTLS is offered.
    Hop(Loops loops, Ledger ledger, @Nullable SslContext tls) {
        this.loops = loops;
        this.ledger = ledger;
        this.tls = tls;
    }

    /// Listens at every address of this machine, so that each of 127.0.0.0/8 is a next hop of its
    /// own on Linux. Returns the port, which is the system's choice where `port` is 0.
    int listen(int port) throws InterruptedException {
        Channel opened =
                new ServerBootstrap()
                        .group(loops.group())
                        .channel(loops.serverChannel())
                        .option(ChannelOption.SO_BACKLOG, 4096)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        sessions.add(channel);
                                        channel.pipeline()
                                                .addLast(new HopSession(Hop.this::delivered, tls));
                                    }
                                })
                        .bind(new InetSocketAddress(port))
                        .sync()
                        .channel();
        listening = opened;
        return ((InetSocketAddress) opened.localAddress()).getPort();
    }

    /// From now on `next` is the book of what arrives, also on connections that are open.
    void book(Ledger next) {
        ledger = next;
    }

    private void delivered(int number) {
        ledger.delivered(number);
    }

    /// It is down: listens no more, and ends every session.
    @Override
    public void close() {
        Channel open = listening;
        if (open != null) open.close().syncUninterruptibly();
        sessions.close().syncUninterruptibly();
    }
}
