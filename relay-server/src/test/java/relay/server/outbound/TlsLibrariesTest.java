package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.delivery.DialogueTimeouts;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.QueueEntry;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.Unmet.Shortfall;
import relay.server.outbound.TestCertificates.Identity;

/// The TLS libraries: the old protocols of one, and the other where that one is missing.
class TlsLibrariesTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final TlsDemand ENCRYPTION = new TlsDemand.Encryption(Outbound.BANK);

    @Test
    void oldTlsIsBetterThanNoneAndMeetsNoDemand() throws SSLException {
        // Given a host that knows nothing newer than TLS 1.1 (RFC 8996), which the JDK will not
        // speak.
        assertThat(OpenSsl.isAvailable()).isTrue();
        IoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (var outbound = new Outbound(CERTIFICATES.roots())) {
            int port = oldHost(loops);
            QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");

            // When nothing is demanded, then it will do.
            Outbound.Result any =
                    outbound.deliver(
                            Outbound.host(Outbound.HOST, port, TlsMode.IMPLICIT, List.of()));
            assertThat(any.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(any.proof().tlsLabel()).isEqualTo("TLSv1.1");

            // When encryption is demanded, then it will not.
            Outbound.Result demanded =
                    outbound.deliver(
                            Outbound.host(
                                    Outbound.HOST, port, TlsMode.IMPLICIT, List.of(), ENCRYPTION));
            assertThat(((DemandsUnmet) demanded.end()).unmet().getFirst().shortfall())
                    .isEqualTo(Shortfall.OLD_PROTOCOL);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void aPostQuantumGroupIsAgreedOnWhereTheHostHasItToo() throws SSLException {
        // Given a host whose library knows X25519MLKEM768.
        assertThat(OpenSsl.isAvailable()).isTrue();
        IoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (var outbound = new Outbound(CERTIFICATES.roots())) {
            SslContextBuilder modern =
                    hostContext()
                            .option(
                                    OpenSslContextOption.GROUPS,
                                    new String[] {"X25519MLKEM768", "x25519"});
            int port = host(loops, modern.build());
            QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");

            // When mail is delivered, then it is what both want most, and the proof says so.
            Outbound.Result result =
                    outbound.deliver(
                            Outbound.host(Outbound.HOST, port, TlsMode.IMPLICIT, List.of()));
            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(((Evidence.Encrypted) result.proof().evidence()).group())
                    .isEqualTo("X25519MLKEM768");
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static int oldHost(IoEventLoopGroup loops) throws SSLException {
        return host(
                loops,
                hostContext()
                        .protocols("TLSv1.1")
                        .ciphers(List.of("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"))
                        .build());
    }

    private static SslContextBuilder hostContext() {
        Identity identity = CERTIFICATES.named(Outbound.HOST);
        return SslContextBuilder.forServer(
                        identity.keys().getPrivate(),
                        identity.chain().toArray(X509Certificate[]::new))
                .sslProvider(SslProvider.OPENSSL);
    }

    private static int host(IoEventLoopGroup loops, SslContext context) {
        Channel server =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(
                                                        context.newHandler(channel.alloc()),
                                                        new LineBasedFrameDecoder(1024),
                                                        new OldHost());
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .syncUninterruptibly()
                        .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /// Says yes to everything.
    private static final class OldHost extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent) say(ctx, "220 old");
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf line) {
            String heard = line.toString(US_ASCII);
            if (heard.equals("DATA")) say(ctx, "354 go");
            else if (!heard.equals("hello")) say(ctx, "250 ok");
        }

        private static void say(ChannelHandlerContext ctx, String reply) {
            var _ = ctx.writeAndFlush(Unpooled.copiedBuffer(reply + "\r\n", US_ASCII));
        }
    }

    @Test
    void theTlsOfTheJdkServesWhereThereIsNoOther() {
        Identity identity = CERTIFICATES.named(Outbound.HOST);
        try (var outbound =
                        new Outbound(
                                CERTIFICATES.roots(),
                                DialogueTimeouts.DEFAULT,
                                new Outbound.InMemory(),
                                SslProvider.JDK);
                var partner =
                        ScriptedPartner.start(wire -> {
                            wire.greet("STARTTLS");
                            wire.answer("STARTTLS", "220 go");
                            wire.secure(identity.serverContext());
                            wire.answerHello("PIPELINING");
                            wire.take("250 queued");
                            wire.quit();
                        })) {
            QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");
            var named = new TlsDemand.TrustedName(Outbound.BANK, Set.of(Outbound.HOST));
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port(), named));
            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(result.proof().tlsLabel()).isEqualTo("TLSv1.3");
        }
    }
}
