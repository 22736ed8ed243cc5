package relay.server.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.Connection;
import relay.core.intake.IntakeInput;
import relay.core.intake.IntakeInput.ShuttingDown.Patience;
import relay.core.intake.IntakeSession;
import relay.core.intake.IntakeStream;
import relay.core.intake.IntakeWire;
import relay.core.queue.MessageStore;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Reply;
import relay.core.smtp.XClient;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;
import relay.server.listener.Doorkeeper.House;

/// One client's connection: carries octets to its [IntakeStream], and does what that wants.
///
/// Memory: one read of the socket that could not be passed on yet, and the replies not sent yet;
/// both stop the reading. Confined to the channel's event loop; the store's callbacks come back to
/// it.
final class IntakeHandler extends ChannelInboundHandlerAdapter implements IntakeWire {
    private static final Logger LOG = LoggerFactory.getLogger(IntakeHandler.class);
    private static final Evidence IN_CLEAR =
            new Evidence.Plaintext(Shortfall.NOT_OFFERED, "the client did not ask for TLS");

    private final House house;
    private final ListenerPorts ports;
    private final IntakeStream stream;
    private final String peer;

    private Client client;
    private IdleStateHandler idle;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Outlet outlet;
    private @Nullable ByteBuf unread;
    private MessageStore.@Nullable Content content;
    private @Nullable ScheduledFuture<?> timeUp;
    private Turn turn = Turn.CLIENTS;
    private boolean reading;
    private boolean greeted;

    private enum Turn {
        CLIENTS,
        OURS
    }

    IntakeHandler(Client client, House house, IdleStateHandler idle) {
        this.client = client;
        this.house = house;
        this.idle = idle;
        ports = house.ports();
        peer = client.address().getHostAddress();
        stream = new IntakeStream(client.newSession(), this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        outlet = new Outlet(added);
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        announce(connection(Connection.Change.OPENED));
        timeUp = after(client.connectionTimeout(), this::onFirstTimeUp);
        if (client.isImplicitTls()) return;
        tell(greeting(IN_CLEAR));
    }

    @Override
    public void channelInactive(ChannelHandlerContext gone) {
        stream.tell(new IntakeInput.Disconnected());
        discardContent();
        releaseUnread();
        outlet().release();
        if (timeUp != null) timeUp.cancel(false);
        client.closed();
        announce(connection(Connection.Change.CLOSED));
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        var octets = (ByteBuf) message;
        unread =
                unread == null
                        ? octets
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                from.alloc(), unread, octets);
        readOn();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        if (reading) return;
        readOn();
        flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        switch (event) {
            case IntakeInput.ShuttingDown shuttingDown -> tell(shuttingDown);
            case IdleStateEvent _ -> onSilence();
            case SslHandshakeCompletionEvent handshake -> onHandshake(handshake);
            default -> from.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
        boolean network = cause instanceof IOException || cause.getCause() instanceof SSLException;
        if (network) LOG.debug("client={} lost: {}", client, cause.toString());
        else announce(new RelayEvent.Fault("listener", cause.toString()));
        var _ = from.close();
    }

    // It is the client's turn, or the client does not take our replies.
    private void onSilence() {
        if (stream.isClientsTurn() || !outlet().isOpen()) {
            tell(new IntakeInput.TimedOut());
        }
    }

    private void onFirstTimeUp() {
        timeUp =
                after(
                        client.connectionTimeout(),
                        () -> tell(new IntakeInput.TimeUp(Patience.NO_MORE)));
        tell(new IntakeInput.TimeUp(Patience.MAY_FINISH));
    }

    private ScheduledFuture<?> after(Duration delay, Runnable task) {
        return context().executor().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void onHandshake(SslHandshakeCompletionEvent handshake) {
        if (!handshake.isSuccess()) {
            LOG.debug("client={} handshake: {}", client, handshake.cause().toString());
            var _ = context().close();
            return;
        }
        var ssl = context().pipeline().get(SslHandler.class);
        Evidence.Encrypted evidence =
                ListenerTls.evidence(
                        ssl.engine().getSession(),
                        client.clientCertificates(),
                        ports.clock().instant());
        tell(greeted ? new IntakeInput.TlsEstablished(evidence) : greeting(evidence));
    }

    private IntakeInput greeting(Evidence evidence) {
        greeted = true;
        return new IntakeInput.Connected(evidence);
    }

    /// Passes on what did not come from the client, and goes on with what it sent meanwhile.
    private void tell(IntakeInput input) {
        stream.tell(input);
        readOn();
        flush();
    }

    private void readOn() {
        reading = true;
        try {
            byte[] array = house.readBuffer().array();
            while (unread != null && !stream.isPaused() && outlet().isOpen()) {
                int length = Math.min(unread.readableBytes(), array.length);
                unread.getBytes(unread.readerIndex(), array, 0, length);
                unread.skipBytes(stream.receive(array, 0, length));
                if (!unread.isReadable()) releaseUnread();
            }
        } finally {
            reading = false;
        }
        readWhenWanted();
    }

    /// While the store, or a client that takes no replies, keeps us waiting, one read of the socket
    /// may wait here; then the socket is left alone, so that TCP slows the client down. A client
    /// that waits for its reply, as most do, costs no system call.
    private void readWhenWanted() {
        var channel = context().channel();
        Turn now = stream.isPaused() || !outlet().isOpen() ? Turn.OURS : Turn.CLIENTS;
        if (now == Turn.CLIENTS && turn == Turn.OURS) idle.resetReadTimeout();
        turn = now;
        boolean wanted = unread == null;
        if (wanted != channel.config().isAutoRead()) channel.config().setAutoRead(wanted);
    }

    @Override
    public void say(Reply reply) {
        outlet().say(reply);
    }

    @Override
    public boolean takesReplies() {
        return outlet().isOpen();
    }

    @Override
    public void startTls() {
        flush();
        context().pipeline().addFirst(house.tls().newHandler(client.clientCertificates()));
    }

    @Override
    public void beginContent(QueueId id) {
        content = ports.store().newContent(id);
    }

    @Override
    public boolean content(byte[] octets) {
        MessageStore.Content current = Objects.requireNonNull(content);
        return current.write(octets, () -> onLoop(() -> storeIsWritable(current)));
    }

    private void storeIsWritable(MessageStore.Content which) {
        if (!which.equals(content)) return;
        stream.storeIsWritable();
        readOn();
        flush();
    }

    @Override
    public void discardContent() {
        if (content != null) content.discard();
        content = null;
    }

    @Override
    public void commit(QueuedMessage message) {
        MessageStore.Content whole = Objects.requireNonNull(content);
        content = null;
        ports.store().accept(message, whole, result -> onLoop(() -> committed(message, result)));
    }

    private void committed(QueuedMessage message, CommitResult result) {
        tell(new IntakeInput.CommitEnded(message, result));
    }

    @Override
    public void judge(Supplier<Verdict> question, Duration ifRefusedAfter) {
        house.logins()
                .judge(
                        context().channel(),
                        question,
                        verdict -> onLoop(() -> judged(verdict, ifRefusedAfter)));
    }

    private void judged(Verdict verdict, Duration ifRefusedAfter) {
        var input = new IntakeInput.Judged(verdict);
        switch (verdict) {
            case Verdict.Accepted _ -> tell(input);
            case Verdict.Refused() -> {
                var _ = after(ifRefusedAfter, () -> tell(input));
            }
        }
    }

    @Override
    public void pause(Duration length) {
        var _ = after(length, this::goOn);
    }

    private void goOn() {
        stream.resume();
        readOn();
        flush();
    }

    @Override
    public Reception handOn(XClient named) {
        return switch (client.entrance().admit(client, named)) {
            case Entrance.Answer.StayOut(var reply) -> new Reception.TurnedAway(reply);
            case Entrance.Answer.ComeIn(var next) -> new Reception.Welcome(makeWayFor(next));
        };
    }

    private IntakeSession makeWayFor(Client next) {
        LOG.debug("client={} named by={}", next, client);
        client = next;
        IdleStateHandler former = idle;
        idle = next.newIdleHandler();
        context().pipeline().replace(former, null, idle);
        return next.newSession();
    }

    @Override
    public void greeted(String name) {
        house.gateways().greeted(client.address(), name).ifPresent(this::announce);
    }

    @Override
    public void announce(RelayEvent event) {
        ports.events().on(event);
    }

    @Override
    public void close() {
        outlet().close();
    }

    /// Runs on the event loop what the store's writer has to say. After the end of the loop there
    /// is nobody left to hear it.
    private void onLoop(Runnable task) {
        try {
            context().executor().execute(task);
        } catch (RejectedExecutionException _) {
            LOG.debug("client={} is gone", client);
        }
    }

    private void flush() {
        outlet().flush();
    }

    private void releaseUnread() {
        if (unread != null) unread.release();
        unread = null;
    }

    private Connection connection(Connection.Change change) {
        return new Connection(Connection.Direction.INBOUND, change, peer);
    }

    private Outlet outlet() {
        return Objects.requireNonNull(outlet);
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }
}
