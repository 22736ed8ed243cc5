package relay.server.outbound;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import relay.core.delivery.Dialer;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.delivery.OutboundSession;
import relay.core.delivery.SessionObserver;
import relay.core.delivery.TranscriptSink;
import relay.core.event.EventSink;
import relay.core.queue.ContentSource;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.smtp.EnhancedStatus;
import relay.server.transport.EventLoops;

/// Connects to hosts over TCP and TLS. The dialogue of a connection runs on one of the event loops,
/// which stay the caller's; whoever calls [#serve] waits. Any thread.
///
/// Memory of a session is bounded whatever the size of a message: content that is not in memory, or
/// larger than 256 KiB, goes out in pieces as the host takes them.
public final class SmtpDialer implements Dialer, AutoCloseable {
    /// Reading waits for the disk, in native code that would pin a virtual thread's carrier.
    private static final int READERS = 4;

    private static final int NONCE_BYTES = 24;

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(128 * 1024, 512 * 1024);

    private final EventLoops loops;
    private final String helloName;
    private final DialogueTimeouts timeouts;
    private final ExecutorService readers;
    private final ExecutorService judges;
    private final Surroundings surroundings;
    private final Transcripts transcripts;

    /// `helloName` is our name in EHLO. `transcripts` hears what connectors want written down.
    /// `clock` says at which time certificates must be valid.
    public SmtpDialer(
            EventLoops loops,
            String helloName,
            TrustRoots roots,
            ContentSource contents,
            EventSink events,
            DialogueTimeouts timeouts,
            TranscriptSink transcripts,
            InstantSource clock) {
        this(
                loops,
                helloName,
                timeouts,
                contents,
                events,
                new TlsClient(TlsClient.bestProvider()),
                new ChainJudge(roots, clock),
                new Transcripts(transcripts, clock));
    }

    SmtpDialer(
            EventLoops loops,
            String helloName,
            DialogueTimeouts timeouts,
            ContentSource contents,
            EventSink events,
            TlsClient tls,
            ChainJudge judge,
            Transcripts transcripts) {
        this.transcripts = transcripts;
        this.loops = loops;
        this.helloName = helloName;
        this.timeouts = timeouts;
        this.readers =
                Executors.newFixedThreadPool(
                        READERS, Thread.ofPlatform().daemon().name("content-reader-", 0).factory());
        this.judges = Executors.newVirtualThreadPerTaskExecutor();
        this.surroundings = new Surroundings(tls, judge, judges, contents, readers, events);
    }

    @Override
    public SessionEnd serve(HostPlan host, TlsUse tls, SessionObserver observer) {
        var ended = new CompletableFuture<SessionEnd>();
        DialogueTimeouts limits = timeouts.within(host.caller().inactivityTimeout());
        String name = host.caller().helloName().isEmpty() ? helloName : host.caller().helloName();
        var session = new OutboundSession(host, tls, name, limits, SmtpDialer::nonce);
        // Not asked of the pipeline: that of a channel that could not connect may be empty already.
        var connection = new AtomicReference<OutboundConnection>();
        bootstrap(host, limits)
                .handler(
                        new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel channel) {
                                connection.set(
                                        new OutboundConnection(
                                                host,
                                                transcripts.of(host, session::on, channel),
                                                observer,
                                                surroundings,
                                                channel,
                                                ended));
                                channel.pipeline().addLast(connection.get());
                            }
                        })
                .connect(new InetSocketAddress(host.address(), host.port()))
                .addListener(attempt -> {
                    if (attempt.isSuccess()) return;
                    OutboundConnection made = connection.get();
                    if (made != null) made.failed(attempt.cause());
                    else ended.complete(notStarted(host, attempt.cause()));
                });
        return ended.join();
    }

    private static String nonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private Bootstrap bootstrap(HostPlan host, DialogueTimeouts limits) {
        var bootstrap = new Bootstrap();
        host.caller()
                .sourceFor(host.address())
                .forEach(source -> bootstrap.localAddress(new InetSocketAddress(source, 0)));
        return bootstrap
                .group(loops.group())
                .channel(loops.channel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connect().toMillis()));
    }

    /// The channel never came to life: the event loops are shut down.
    private static SessionEnd notStarted(HostPlan host, Throwable cause) {
        var why =
                Diagnostic.of(
                        Reason.LOCAL,
                        new EnhancedStatus(4, 3, 2),
                        "no connection is made: " + cause,
                        host.toString());
        return new SessionEnd.NotServed(why, TlsTrouble.NONE);
    }

    /// Lets go of what TLS holds. For when no session is left; the event loops are the caller's.
    @Override
    public void close() {
        readers.shutdown();
        judges.shutdown();
        surroundings.tls().close();
    }
}
