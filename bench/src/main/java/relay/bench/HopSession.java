package relay.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import java.util.Locale;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// One session of the next hop: says yes to everything. `book` hears the number of each message.
/// Event loop.
final class HopSession extends ChannelInboundHandlerAdapter {
    private static final byte[] END = "\r\n.\r\n".getBytes(US_ASCII);
    private static final byte[] FIELD = ("\r\n" + Letter.FIELD).getBytes(US_ASCII);

    private final IntConsumer book;
    private final @Nullable SslContext tls;
    private final byte[] line = new byte[2048];
    private int lineLength;
    private boolean inContent;

    /// How much of [#END] has been seen.
    private int matched;

    /// A line's end and the beginning of the content, in which the number of the message is.
    private final byte[] head = new byte[2048];

    private int headLength;

    HopSession(IntConsumer book, @Nullable SslContext tls) {
        this.book = book;
        this.tls = tls;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ = context.writeAndFlush(text("220 hop.bench.example ESMTP\r\n"));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var read = (ByteBuf) message;
        try {
            while (read.isReadable()) {
                if (inContent) readContent(context, read);
                else readLine(context, read);
            }
        } finally {
            read.release();
        }
    }

    private void readLine(ChannelHandlerContext context, ByteBuf read) {
        byte octet = read.readByte();
        if (octet != '\n') {
            if (lineLength < line.length) line[lineLength++] = octet;
            return;
        }
        String command = new String(line, 0, lineLength, ISO_8859_1).trim();
        lineLength = 0;
        answer(context, command.toUpperCase(Locale.ROOT));
    }

    private void answer(ChannelHandlerContext context, String command) {
        if (command.startsWith("EHLO")) {
            boolean offer = tls != null && context.pipeline().first() == this;
            var _ =
                    context.write(
                            text(
                                    "250-hop.bench.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
                                            + (offer ? "250-STARTTLS\r\n" : "")
                                            + "250 SIZE 100000000\r\n"));
        } else if (command.equals("STARTTLS") && tls != null) {
            var _ = context.writeAndFlush(text("220 2.0.0 go ahead\r\n"));
            context.pipeline().addFirst(tls.newHandler(context.alloc()));
        } else if (command.equals("DATA")) {
            var _ = context.write(text("354 go ahead\r\n"));
            inContent = true;
            matched = 2;
            head[0] = '\r';
            head[1] = '\n';
            headLength = 2;
        } else if (command.equals("QUIT")) {
            var _ = context.writeAndFlush(text("221 2.0.0 bye\r\n"));
            var _ = context.close();
        } else {
            var _ = context.write(text("250 2.0.0 ok\r\n"));
        }
    }

    private void readContent(ChannelHandlerContext context, ByteBuf read) {
        int copied = Math.min(read.readableBytes(), head.length - headLength);
        read.getBytes(read.readerIndex(), head, headLength, copied);
        headLength += copied;
        while (read.isReadable()) {
            byte octet = read.readByte();
            if (octet == END[matched]) matched++;
            else matched = octet == '\r' ? 1 : 0;
            if (matched == END.length) {
                inContent = false;
                book.accept(number());
                var _ = context.write(text("250 2.0.0 taken\r\n"));
                return;
            }
        }
    }

    private int number() {
        int at = indexOf(head, headLength, FIELD);
        int number = 0;
        for (int i = at + FIELD.length; at >= 0 && i < headLength && head[i] >= '0'; i++)
            number = number * 10 + head[i] - '0';
        return at < 0 ? -1 : number;
    }

    private static int indexOf(byte[] where, int length, byte[] what) {
        for (int i = 0; i + what.length <= length; i++) {
            int j = 0;
            while (j < what.length && where[i + j] == what[j]) j++;
            if (j == what.length) return i;
        }
        return -1;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    /// A relay that goes away, or breaks TLS, ends its session.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }

    private static ByteBuf text(String reply) {
        return Unpooled.copiedBuffer(reply, US_ASCII);
    }
}
