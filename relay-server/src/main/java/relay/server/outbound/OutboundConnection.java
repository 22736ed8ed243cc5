package relay.server.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.HostPlan;
import relay.core.delivery.SessionInput;
import relay.core.delivery.SessionObserver;
import relay.core.delivery.SessionObserver.SessionLink;
import relay.core.delivery.SessionOutput;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.sasl.ScramDerivation;
import relay.core.smtp.DataEncoder;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.RemoteText;

/// One connection to one host: tells its [Dialogue] what happens and does what it wants.
/// Everything but [#offer] and [#finish] is confined to the channel's event loop.
///
/// All that the session sends in answer to one input, or to several that come of each other, is one
/// buffer and one flush: a small content, its final dot and the next MAIL, RCPT and DATA are one
/// write and one TLS record.
final class OutboundConnection extends ChannelInboundHandlerAdapter implements SessionLink {
    /// A content up to this size is encoded on the event loop, in one go.
    private static final int IN_ONE_WRITE_BYTES = 256 * 1024;

    private static final int MAX_DETAIL_CHARS = 300;

    private final HostPlan host;
    private final Dialogue session;
    private final SessionObserver observer;
    private final Surroundings surroundings;
    private final Channel channel;
    private final Deadline deadline;
    private final OffLoop offLoop;

    /// Completes once the connection is closed.
    private final CompletableFuture<SessionEnd> ended;

    private final Deque<SessionInput> inputs = new ArrayDeque<>();
    private Turn turn = Turn.IDLE;
    private Opened opened = Opened.NO;
    private Health health = Health.GOOD;
    private Chain chain = Chain.NOT_BEING_JUDGED;
    private final List<ByteBuf> heldBack = new ArrayList<>();
    private @Nullable ByteBuf batch;
    private @Nullable ContentStream content;

    private enum Turn {
        IDLE,
        BUSY
    }

    private enum Opened {
        NO,
        YES
    }

    private enum Health {
        GOOD,
        FAULTY,
        /// Nobody is told anything any more.
        GIVEN_UP
    }

    private enum Chain {
        NOT_BEING_JUDGED,
        BEING_JUDGED
    }

    OutboundConnection(
            HostPlan host,
            Dialogue session,
            SessionObserver observer,
            Surroundings surroundings,
            Channel channel,
            CompletableFuture<SessionEnd> ended) {
        this.host = host;
        this.session = session;
        this.observer = observer;
        this.surroundings = surroundings;
        this.channel = channel;
        this.ended = ended;
        this.deadline = new Deadline(channel.eventLoop(), () -> tell(new SessionInput.TimedOut()));
        this.offLoop =
                new OffLoop(surroundings.judges(), channel.eventLoop(), this::failedElsewhere);
        channel.closeFuture().addListener(_ -> closed());
    }

    /// No TCP connection came about.
    void failed(Throwable cause) {
        tell(
                cause instanceof ConnectTimeoutException
                        ? new SessionInput.TimedOut()
                        : new SessionInput.ConnectionLost(printable(cause)));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        opened = Opened.YES;
        report(RelayEvent.Connection.Change.OPENED);
        tell(new SessionInput.Connected());
    }

    @Override
    public void offer(QueueEntry entry) {
        try {
            channel.eventLoop().execute(() -> tell(new SessionInput.Offered(entry)));
        } catch (RejectedExecutionException _) {
            observer.returned(entry);
        }
    }

    @Override
    public void finish() {
        try {
            channel.eventLoop().execute(() -> tell(new SessionInput.FinishAsked()));
        } catch (RejectedExecutionException _) {
            // The loop is shut down, and this session with it.
            return;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (chain == Chain.BEING_JUDGED) {
            heldBack.add(bytes);
            return;
        }
        hear(bytes);
    }

    private void hear(ByteBuf bytes) {
        try {
            boolean later = turn == Turn.BUSY;
            ByteBuffer heard = bytes.nioBuffer();
            tell(new SessionInput.Received(later ? copy(heard) : heard));
        } finally {
            bytes.release();
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!channel.isWritable() || content == null) return;
        deadline.restart();
        content.writable();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        tell(new SessionInput.ConnectionLost("the host closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        tell(new SessionInput.ConnectionLost(printable(cause)));
    }

    /// Tells the session, does what it wants, and again for what comes of that; then flushes.
    private void tell(SessionInput input) {
        if (health == Health.GIVEN_UP) return;
        inputs.add(input);
        if (turn == Turn.BUSY) return;
        turn = Turn.BUSY;
        try {
            for (SessionInput next = inputs.poll();
                    next != null && health != Health.GIVEN_UP;
                    next = inputs.poll()) {
                session.on(next).forEach(this::perform);
            }
        } catch (RuntimeException | Error fault) {
            giveUp(fault);
        } finally {
            turn = Turn.IDLE;
            flush();
        }
    }

    /// A fault of ours, as when the observer throws, must not cost another entry its outcome. One
    /// over a content comes with the message; whatever went before has its outcome by then.
    private void perform(SessionOutput output) {
        if (health == Health.GIVEN_UP) return;
        try {
            execute(output);
        } catch (RuntimeException | Error fault) {
            if (output instanceof SessionOutput.SendContent) {
                giveUp(fault);
                return;
            }
            String detail = fault + " at " + output.getClass().getSimpleName();
            surroundings.events().on(new RelayEvent.Fault("outbound session " + host, detail));
            if (health == Health.GOOD) inputs.add(new SessionInput.ConnectionLost("our fault"));
            health = Health.FAULTY;
        }
    }

    /// The session itself failed, which it must not: no output of it can be trusted any more. The
    /// scheduler finds out which message does that.
    private void giveUp(Throwable fault) {
        health = Health.GIVEN_UP;
        session.abandon();
        deadline.cancel();
        if (content != null) content.cancel();
        content = null;
        if (batch != null) batch.release();
        batch = null;
        surroundings
                .events()
                .on(new RelayEvent.Fault("outbound session " + host, fault.toString()));
        var _ = channel.close();
        var status = new EnhancedStatus(4, 3, 0);
        var why =
                Diagnostic.of(
                        Reason.POISON,
                        status,
                        RemoteText.printable("a fault of ours: " + fault, MAX_DETAIL_CHARS),
                        host.toString());
        ended.complete(new SessionEnd.Served(List.of(why)));
    }

    private void execute(SessionOutput output) {
        switch (output) {
            case SessionOutput.Send(var bytes, _, _) -> batch(bytes.remaining()).writeBytes(bytes);
            case SessionOutput.SendContent(var entry) -> sendContent(entry);
            case SessionOutput.Await(var limit) -> deadline.set(limit);
            case SessionOutput.StartTls _ -> startTls();
            case SessionOutput.Derive(var derivation) -> derive(derivation);
            case SessionOutput.Opened(var proof, var limits) ->
                    observer.opened(this, proof, limits);
            case SessionOutput.Ready(var count) -> observer.ready(count);
            case SessionOutput.Ended(var entry, var outcomes, var proof) ->
                    observer.ended(entry, outcomes, proof);
            case SessionOutput.Returned(var entry) -> observer.returned(entry);
            case SessionOutput.Close _ -> close();
            case SessionOutput.End(var end) ->
                    channel.closeFuture().addListener(_ -> ended.complete(end));
        }
    }

    private void derive(ScramDerivation derivation) {
        offLoop.run(() -> {
            var derived = new SessionInput.Derived(derivation.run());
            return () -> tell(derived);
        });
    }

    private void failedElsewhere(Throwable fault) {
        surroundings.events().on(RelayEvent.Fault.of("outbound session " + host, fault));
        tell(new SessionInput.ConnectionLost("our fault"));
    }

    private ByteBuf batch(int atLeast) {
        if (batch == null) batch = channel.alloc().buffer(Math.max(512, atLeast + 512));
        return batch;
    }

    private void flush() {
        if (batch == null) return;
        ByteBuf full = batch;
        batch = null;
        // A failed write closes the channel, and the session hears of that.
        var _ = channel.writeAndFlush(full);
    }

    private void sendContent(QueueEntry entry) {
        byte[] fresh = surroundings.contents().inMemory(entry.id().message());
        if (fresh.length == 0 || fresh.length > IN_ONE_WRITE_BYTES) {
            stream(entry);
            return;
        }
        var encoder = new DataEncoder();
        byte[] encoded = encoder.encode(fresh);
        batch(encoded.length).writeBytes(encoded).writeBytes(encoder.end());
        inputs.add(new SessionInput.FinalDotBegun());
    }

    private void stream(QueueEntry entry) {
        content =
                new ContentStream(
                        channel.eventLoop(),
                        surroundings.readers(),
                        () -> surroundings.contents().open(entry.id().message()),
                        new Wire());
        content.start();
    }

    private final class Wire implements ContentStream.Wire {
        @Override
        public boolean take(byte[] bytes) {
            batch(bytes.length).writeBytes(bytes);
            flush();
            deadline.restart();
            return channel.isWritable();
        }

        @Override
        public void finish(byte[] dot) {
            content = null;
            batch(dot.length).writeBytes(dot);
            tell(new SessionInput.FinalDotBegun());
        }

        @Override
        public void contentLost(String detail) {
            content = null;
            tell(new SessionInput.ContentLost(detail));
        }
    }

    private void startTls() {
        flush();
        SslHandler handler = surroundings.tls().newHandler(channel.alloc(), host);
        handler.handshakeFuture()
                .addListener(done -> {
                    if (done.isSuccess()) {
                        judgeChain(handler);
                    } else {
                        tell(new SessionInput.TlsFailed(printable(done.cause())));
                    }
                });
        channel.pipeline().addFirst(handler);
    }

    /// What the host says meanwhile is held back: it is no more than one read.
    private void judgeChain(SslHandler handler) {
        chain = Chain.BEING_JUDGED;
        channel.config().setAutoRead(false);
        Handshake handshake = Handshake.of(handler.engine());
        offLoop.run(() -> {
            var evidence = handshake.evidence(surroundings.judge(), host.demands());
            var secured = new SessionInput.Secured(evidence, handshake.exported());
            return () -> secured(secured);
        });
    }

    private void secured(SessionInput.Secured evidence) {
        chain = Chain.NOT_BEING_JUDGED;
        tell(evidence);
        List<ByteBuf> held = List.copyOf(heldBack);
        heldBack.clear();
        held.forEach(this::hear);
        channel.config().setAutoRead(true);
    }

    private void close() {
        deadline.cancel();
        if (content != null) content.cancel();
        content = null;
        flush();
        var _ = channel.close();
    }

    private void closed() {
        deadline.cancel();
        heldBack.forEach(ByteBuf::release);
        heldBack.clear();
        if (opened == Opened.YES) report(RelayEvent.Connection.Change.CLOSED);
    }

    private void report(RelayEvent.Connection.Change change) {
        surroundings
                .events()
                .on(
                        new RelayEvent.Connection(
                                RelayEvent.Connection.Direction.OUTBOUND, change, host.toString()));
    }

    private static String printable(Throwable cause) {
        Throwable shown =
                cause instanceof DecoderException && cause.getCause() != null
                        ? cause.getCause()
                        : cause;
        String text = shown.getMessage() == null ? shown.toString() : shown.getMessage();
        return RemoteText.printable(text, MAX_DETAIL_CHARS);
    }
}
