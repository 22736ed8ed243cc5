package relay.server.outbound;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Netty's event loop as one thread of a program, with a connection and its partner, both in memory.
/// A step of Netty's own is no step here: what others hand to the loop is.
final class OnLoop implements Runnable, Executor {
    /// Counts for itself: what a fault leaks here is no leak of the tests.
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);

    private final ManualIoEventLoop loop = new ManualIoEventLoop(null, Waking::new);

    /// The partner's. A channel in memory whose partner shares its loop hands over bytes, and gets
    /// the answer, within one call.
    private final ManualIoEventLoop partnerLoop = new ManualIoEventLoop(null, Waking::new);

    private final Function<Channel, ChannelHandler> ours;
    private final ChannelHandler partner;
    private volatile @Nullable Thread thread;
    private volatile boolean over;

    /// `ours` is at one end, `partner` at the other.
    OnLoop(Function<Channel, ChannelHandler> ours, ChannelHandler partner) {
        this.ours = ours;
        this.partner = partner;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        loop.setOwningThread(Thread.currentThread());
        partnerLoop.setOwningThread(Thread.currentThread());
        var address = new LocalAddress(OnLoop.class);
        new ServerBootstrap()
                .group(partnerLoop)
                .channel(LocalServerChannel.class)
                .childOption(ChannelOption.ALLOCATOR, memory)
                .childHandler(partner)
                .bind(address)
                .addListener(_ -> connect(address));
        while (!over) {
            if (work() == 0 && !over) LockSupport.park(this);
        }
        while (work() > 0) Thread.onSpinWait();
    }

    private int work() {
        return loop.runNow() + partnerLoop.runNow();
    }

    private void connect(LocalAddress address) {
        var end =
                new ChannelInitializer<LocalChannel>() {
                    @Override
                    protected void initChannel(LocalChannel channel) {
                        channel.pipeline().addLast(ours.apply(channel));
                    }
                };
        var bootstrap = new Bootstrap().group(loop).channel(LocalChannel.class).handler(end);
        var _ = bootstrap.option(ChannelOption.ALLOCATOR, memory).connect(address);
    }

    @Override
    public void execute(Runnable command) {
        loop.execute(command);
    }

    /// Any thread: nothing more is to come.
    void end() {
        over = true;
        LockSupport.unpark(thread);
    }

    /// Bytes of buffers that nobody released.
    long leaked() {
        return memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
    }

    /// Wakes the thread of the program that the loop runs on.
    private final class Waking implements IoHandler {
        private final IoHandler local;

        Waking(ThreadAwareExecutor executor) {
            local = LocalIoHandler.newFactory().newHandler(executor);
        }

        @Override
        public int run(IoHandlerContext context) {
            return local.run(context);
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return local.register(handle);
        }

        @Override
        public void wakeup() {
            LockSupport.unpark(thread);
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return local.isCompatible(type);
        }
    }
}
