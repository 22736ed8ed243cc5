package relay.server.transport;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/// Event loops, and how their sockets are waited for: epoll on Linux, else what the JDK has. Any
/// thread.
///
/// Both directions share them: a message that comes in on a loop often goes out on the same one,
/// and every thread fewer is a switch fewer for each message (`docs/performance.md`).
///
/// @param group the loops; each socket belongs to one of them
/// @param serverChannel sockets that listen
/// @param channel sockets that connect
public record EventLoops(
        IoEventLoopGroup group,
        Class<? extends ServerSocketChannel> serverChannel,
        Class<? extends SocketChannel> channel)
        implements AutoCloseable {

    /// As many loops as `threads`, which are named after `name`.
    public static EventLoops open(String name, int threads) {
        var factory = new DefaultThreadFactory(name);
        if (Epoll.isAvailable()) {
            return new EventLoops(
                    new MultiThreadIoEventLoopGroup(threads, factory, EpollIoHandler.newFactory()),
                    EpollServerSocketChannel.class,
                    EpollSocketChannel.class);
        }
        return new EventLoops(
                new MultiThreadIoEventLoopGroup(threads, factory, NioIoHandler.newFactory()),
                NioServerSocketChannel.class,
                NioSocketChannel.class);
    }

    /// Closes every socket that is left, and ends the threads: at most a second.
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
