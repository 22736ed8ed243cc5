package relay.server.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import relay.core.smtp.Reply;

/// The way to one client: gathers replies, so that what answers one packet leaves in one, and ends the
/// connection so that the client hears the last of them. Confined to the channel's event loop.
final class Outlet {
    static final int MAX_GATHERED_OCTETS = 16 << 10;
    private static final int FIRST_OCTETS = 256;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final ChannelHandlerContext context;
    private @Nullable ByteBuf replies;
    private @Nullable ScheduledFuture<?> forcedClose;

    Outlet(ChannelHandlerContext context) {
        this.context = context;
    }

    /// Gathers `reply`. Where there is much already it is sent, since a few octets from a client can
    /// ask for many of ours.
    void say(Reply reply) {
        if (replies == null) replies = context.alloc().ioBuffer(FIRST_OCTETS);
        List<String> lines = reply.lines();
        for (int i = 0; i < lines.size(); i++) {
            ByteBufUtil.writeAscii(replies, Integer.toString(reply.code()));
            replies.writeByte(i == lines.size() - 1 ? ' ' : '-');
            ByteBufUtil.writeUtf8(replies, lines.get(i));
            replies.writeShort('\r' << 8 | '\n');
        }
        if (replies.readableBytes() >= MAX_GATHERED_OCTETS) flush();
    }

    /// Whether the client takes what it is sent, or TCP has room for it.
    boolean isOpen() {
        return context.channel().isWritable();
    }

    void flush() {
        if (replies == null) return;
        ByteBuf whole = replies;
        replies = null;
        var _ = context.writeAndFlush(whole);
    }

    void close() {
        flush();
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> endOutput());
        // A client that does not read would keep the last reply, and the connection, for ever.
        forcedClose =
                context.executor()
                        .schedule(
                                this::forceClose, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// The connection has ended.
    void release() {
        if (replies != null) replies.release();
        replies = null;
        if (forcedClose != null) forcedClose.cancel(false);
    }

    /// Closes our direction; whoever reads goes on, for nothing, until the client closes its own: with
    /// octets unread TCP would reset the connection, and the client might never see the last reply.
    private void endOutput() {
        var ssl = context.pipeline().get(SslHandler.class);
        if (ssl == null) shutdownOutput();
        else ssl.closeOutbound().addListener(_ -> shutdownOutput());
    }

    private void shutdownOutput() {
        var _ = ((DuplexChannel) context.channel()).shutdownOutput();
    }

    private void forceClose() {
        var _ = context.channel().close();
    }
}
