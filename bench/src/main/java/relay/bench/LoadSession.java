package relay.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/// One connection of the load. MAIL, RCPT and DATA go in one write (RFC 2920). Event loop.
final class LoadSession extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int GROUP = 3;

    private final Load load;
    private final Letter letter;
    private Stage stage = Stage.GREETING;
    private int number = -1;
    private int sent;
    private int replies;

    private enum Stage {
        GREETING,
        EHLO,
        STARTTLS,
        ENVELOPE,
        CONTENT,
        /// Everything has been handed over.
        QUIT,
        /// The connection is full; another one follows.
        RENEW
    }

    LoadSession(Load load, Letter letter) {
        this.load = load;
        this.letter = letter;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
        boolean continues = line.readableBytes() > 3 && line.getByte(line.readerIndex() + 3) == '-';
        if (continues) return;
        char digit = (char) line.getByte(line.readerIndex());
        if (digit == '4' || digit == '5') fail(context);
        else advance(context);
    }

    private void advance(ChannelHandlerContext context) {
        switch (stage) {
            case GREETING -> say(context, Stage.EHLO, "EHLO load.bench.example\r\n");
            case EHLO -> {
                if (load.tls() != null && context.pipeline().get(SslHandler.class) == null)
                    say(context, Stage.STARTTLS, "STARTTLS\r\n");
                else next(context);
            }
            case STARTTLS -> secure(context);
            case ENVELOPE -> {
                if (++replies == GROUP) sendContent(context);
            }
            case CONTENT -> {
                load.ledger().accepted(number);
                number = -1;
                next(context);
            }
            case QUIT, RENEW -> {
                var _ = context.close();
            }
        }
    }

    private void secure(ChannelHandlerContext context) {
        SslContext tls = load.tls();
        if (tls == null) return;
        SslHandler handler = tls.newHandler(context.alloc());
        context.pipeline().addFirst(handler);
        var _ =
                handler.handshakeFuture()
                        .addListener(done -> {
                            if (done.isSuccess())
                                say(context, Stage.EHLO, "EHLO load.bench.example\r\n");
                        });
    }

    private void next(ChannelHandlerContext context) {
        if (sent == load.perConnection()) {
            say(context, Stage.RENEW, "QUIT\r\n");
            return;
        }
        number = load.take();
        if (number < 0) {
            say(context, Stage.QUIT, "QUIT\r\n");
            return;
        }
        long wait = load.nanosUntilDue(number);
        if (wait <= 0) sendEnvelope(context);
        else {
            var _ =
                    context.executor()
                            .schedule(() -> sendEnvelope(context), wait, TimeUnit.NANOSECONDS);
        }
    }

    private void sendEnvelope(ChannelHandlerContext context) {
        sent++;
        replies = 0;
        say(
                context,
                Stage.ENVELOPE,
                "MAIL FROM:<load@bench.example>\r\nRCPT TO:<to@"
                        + load.domain(number)
                        + ">\r\nDATA\r\n");
    }

    private void sendContent(ChannelHandlerContext context) {
        stage = Stage.CONTENT;
        var _ = context.write(Unpooled.wrappedBuffer(Letter.header(number)));
        var _ = context.writeAndFlush(Unpooled.wrappedBuffer(letter.body()));
    }

    private void say(ChannelHandlerContext context, Stage then, String text) {
        stage = then;
        var _ = context.writeAndFlush(Unpooled.copiedBuffer(text, US_ASCII));
    }

    /// A message that is refused is given up, and so is the connection it was to go by. One that
    /// never had a message is not replaced.
    private void fail(ChannelHandlerContext context) {
        if (number >= 0) stage = Stage.RENEW;
        else if (stage != Stage.RENEW) stage = Stage.QUIT;
        var _ = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (number >= 0) load.ledger().refused();
        if (stage == Stage.RENEW) load.connect();
        else load.over();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}
