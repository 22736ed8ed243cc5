package relay.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The load generator: so many sessions, each of which hands over one message after the other, or
/// one whenever one is due. Any thread.
final class Load {
    private static final int LONGEST_REPLY = 4096;

    private final Loops loops;
    private final InetSocketAddress relay;
    private final Shape shape;
    private final @Nullable SslContext tls;
    private final Ledger ledger;
    private final Letter letter;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch sessions;
    private volatile long begin;

    /// What it sends. `perSecond` 0: as fast as the relay takes it.
    record Shape(int octets, int sessions, int perConnection, int perSecond, int domains) {
        Shape unpaced() {
            return new Shape(octets, sessions, perConnection, 0, domains);
        }
    }

    Load(Loops loops, int port, Shape shape, @Nullable SslContext tls, Ledger ledger) {
        this.loops = loops;
        this.relay = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.shape = shape;
        this.tls = tls;
        this.ledger = ledger;
        this.letter = new Letter(shape.octets());
        this.sessions = new CountDownLatch(shape.sessions());
    }

    /// Returns when every message was acknowledged or given up; false after `limitSeconds`.
    boolean run(int limitSeconds) throws InterruptedException {
        begin = System.nanoTime();
        for (int i = 0; i < shape.sessions(); i++) connect();
        return sessions.await(limitSeconds, TimeUnit.SECONDS);
    }

    /// Another session, or another connection of a session that has ended one.
    void connect() {
        var _ =
                new Bootstrap()
                        .group(loops.group())
                        .channel(loops.channel())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(
                                                        new LineBasedFrameDecoder(LONGEST_REPLY),
                                                        new LoadSession(Load.this, letter));
                                    }
                                })
                        .connect(relay)
                        .addListener(connected -> {
                            if (!connected.isSuccess()) {
                                ledger.refused();
                                sessions.countDown();
                            }
                        });
    }

    @Nullable SslContext tls() {
        return tls;
    }

    Ledger ledger() {
        return ledger;
    }

    int perConnection() {
        return shape.perConnection();
    }

    String domain(int number) {
        return "d" + number % shape.domains() + ".bench.example";
    }

    /// The number of the next message, or -1 when there is none left.
    int take() {
        int number = next.getAndIncrement();
        if (number >= ledger.messages()) return -1;
        ledger.due(number, shape.perSecond() == 0 ? System.nanoTime() : dueTime(number));
        return number;
    }

    private long dueTime(int number) {
        return begin + TimeUnit.SECONDS.toNanos(number) / shape.perSecond();
    }

    /// How long to wait until message `number` is due, in nanoseconds; not positive: it is due.
    long nanosUntilDue(int number) {
        return shape.perSecond() == 0 ? 0 : dueTime(number) - System.nanoTime();
    }

    /// A session has nothing left to do, or was ended by the relay in the middle.
    void over() {
        sessions.countDown();
    }
}
