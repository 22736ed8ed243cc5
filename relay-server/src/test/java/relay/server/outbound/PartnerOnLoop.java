package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import javax.net.ssl.SSLContext;

/// A host on the event loop that takes any mail. It hangs up where it hears `hangsUpAt`, a line.
final class PartnerOnLoop extends ChannelInboundHandlerAdapter {
    private final String hangsUpAt;
    private final List<SSLContext> tls;
    private final StringBuilder heard = new StringBuilder();
    private boolean content;

    PartnerOnLoop(String hangsUpAt, List<SSLContext> tls) {
        this.hangsUpAt = hangsUpAt;
        this.tls = tls;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        say(ctx, "220 partner.example");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        heard.append(bytes.toString(US_ASCII));
        bytes.release();
        for (int end = heard.indexOf("\r\n"); end >= 0; end = heard.indexOf("\r\n")) {
            String line = heard.substring(0, end);
            heard.delete(0, end + 2);
            line(ctx, line);
        }
    }

    private void line(ChannelHandlerContext ctx, String line) {
        if (line.equals(hangsUpAt)) {
            hangUp(ctx);
        } else if (content) {
            content = !line.equals(".");
            if (!content) say(ctx, "250 taken");
        } else if (line.startsWith("EHLO")) {
            boolean clear = ctx.pipeline().get(SslHandler.class) == null;
            String offered = !tls.isEmpty() && clear ? "250-STARTTLS\r\n" : "";
            say(ctx, "250-partner.example\r\n" + offered + "250 PIPELINING");
        } else if (line.equals("STARTTLS")) {
            secure(ctx);
        } else if (line.equals("DATA")) {
            content = true;
            say(ctx, "354 go");
        } else {
            say(ctx, "250 ok");
            if (line.equals("QUIT")) hangUp(ctx);
        }
    }

    /// It speaks at once, out of turn.
    private void secure(ChannelHandlerContext ctx) {
        var engine = tls.getFirst().createSSLEngine();
        engine.setUseClientMode(false);
        // The reply to STARTTLS goes in clear.
        var handler = new SslHandler(engine, true);
        ctx.pipeline().addFirst(handler);
        handler.handshakeFuture()
                .addListener(_ -> {
                    say(ctx, "250 more");
                    if (hangsUpAt.equals("handshake")) hangUp(ctx);
                });
        say(ctx, "220 go");
    }

    private static void say(ChannelHandlerContext ctx, String text) {
        var _ = ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), text + "\r\n"));
    }

    private static void hangUp(ChannelHandlerContext ctx) {
        var _ = ctx.close();
    }
}
