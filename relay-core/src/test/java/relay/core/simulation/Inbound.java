package relay.core.simulation;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.event.RelayEvent;
import relay.core.intake.IntakeInput;
import relay.core.intake.IntakeRules;
import relay.core.intake.IntakeSession;
import relay.core.intake.IntakeStream;
import relay.core.intake.IntakeWire;
import relay.core.intake.MessageGate;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.ClientCertificates;
import relay.core.routing.Origin;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.simulation.Wire.Layer;
import relay.core.smtp.Reply;
import relay.core.smtp.XClient;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;

/// One client's connection as the relay's listener drives it. What the store's writer and the clock
/// have to say comes on the connection's own loop.
final class Inbound implements Wire.End, IntakeWire {
    /// The names of the relay's receive connectors.
    static final List<String> CONNECTORS = List.of("internal", "branch", "internal");

    static final long MAX_BYTES = 3_500;
    static final int MAX_RECIPIENTS = 6;
    private static final Duration SILENCE = Duration.ofMinutes(5);
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");
    private static final Evidence.Encrypted ENCRYPTED =
            new Evidence.Encrypted(
                    Evidence.TlsVersion.TLS_1_3,
                    "SUITE",
                    "",
                    new Evidence.ChainVerdict.Untrusted("no client certificate"),
                    Set.of(),
                    List.of());

    private final RelayProcess relay;
    private final Life life;
    private final Wire.Port port;
    private final IntakeStream stream;
    private final ByteArrayOutputStream replies = new ByteArrayOutputStream();
    private byte[] unread = new byte[0];
    private Layer layer = Layer.CLEAR;
    private boolean securing;
    private Sim.@Nullable Event silence;
    private MessageStore.@Nullable Content content;

    Inbound(
            RelayProcess relay,
            Wire.Port port,
            String receiveConnector,
            BareLineFeed bareLineFeed) {
        this.relay = relay;
        this.life = relay.life();
        this.port = port;
        var session =
                new IntakeSession(
                        new IntakeRules(
                                new Domain(World.HOSTNAME),
                                connector(receiveConnector, bareLineFeed),
                                IntakeRules.StartTls.OFFERED),
                        CLIENT,
                        relay::policy,
                        relay.store()::newId,
                        relay::clock,
                        () -> "nonce",
                        MessageGate.OPEN);
        this.stream = new IntakeStream(session, this);
        port.listen(this);
        life.owns(port);
        tell(
                new IntakeInput.Connected(
                        new Evidence.Plaintext(Shortfall.NOT_OFFERED, "not asked for")));
    }

    private static ReceiveConnector connector(String name, BareLineFeed bareLineFeed) {
        var binding =
                new ReceiveConnector.Binding(new InetSocketAddress(CLIENT, 25), TlsMode.STARTTLS);
        var limits = new ReceiveConnector.Limits(MAX_BYTES, MAX_RECIPIENTS, 100, 100, 30, SILENCE);
        return new ReceiveConnector(
                name,
                new Origin("connectors.yaml", 1),
                List.of(binding),
                List.of(new IpRange(CLIENT, CLIENT)),
                ReceiveConnector.RequireTls.NO,
                ReceiveConnector.Authentication.NONE,
                limits,
                ClientCertificates.NOT_ASKED,
                List.of(),
                List.of(),
                bareLineFeed);
    }

    void shutDown(IntakeInput.ShuttingDown.Patience patience) {
        tell(new IntakeInput.ShuttingDown(patience));
    }

    @Override
    public void arrived(byte[] bytes, Layer on) {
        if (on == Layer.HANDSHAKE) {
            layer = Layer.TLS;
            securing = false;
            unread = new byte[0];
            port.send(new byte[1], Layer.HANDSHAKE);
            tell(new IntakeInput.TlsEstablished(ENCRYPTED));
        } else if (!securing && on == layer) {
            byte[] all = new byte[unread.length + bytes.length];
            System.arraycopy(unread, 0, all, 0, unread.length);
            System.arraycopy(bytes, 0, all, unread.length, bytes.length);
            unread = all;
            readOn();
            flush();
        }
    }

    @Override
    public void closed(String why) {
        stream.tell(new IntakeInput.Disconnected());
        discardContent();
        if (silence != null) silence.cancel();
    }

    private void tell(IntakeInput input) {
        stream.tell(input);
        readOn();
        flush();
    }

    private void readOn() {
        if (silence != null) silence.cancel();
        silence = life.after(SILENCE.toMillis(), this::onSilence);
        if (unread.length == 0 || stream.isPaused()) return;
        byte[] bytes = unread;
        unread = new byte[0];
        int consumed = stream.receive(bytes, 0, bytes.length);
        unread = java.util.Arrays.copyOfRange(bytes, consumed, bytes.length);
        if (unread.length > 0 && !stream.isPaused()) throw new Violation("nobody reads on");
    }

    private void onSilence() {
        if (port.isOpen() && stream.isClientsTurn()) tell(new IntakeInput.TimedOut());
    }

    @Override
    public void say(Reply reply) {
        relay.trace.say(() -> "relay to client: " + reply);
        replies.writeBytes(reply.toWire());
    }

    @Override
    public void judge(Supplier<Verdict> question, Duration ifRefusedAfter) {
        throw new IllegalStateException("nobody logs in here");
    }

    @Override
    public void startTls() {
        flush();
        securing = true;
    }

    @Override
    public void beginContent(QueueId id) {
        content = relay.store().newContent(id);
    }

    @Override
    public boolean content(byte[] octets) {
        MessageStore.Content current = Objects.requireNonNull(content);
        return current.write(octets, () -> storeIsWritable(current));
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
        MessageStore.Content whole = content;
        if (whole == null) throw new Violation("mail is stored whose content was refused");
        content = null;
        relay.store()
                .accept(
                        message,
                        whole,
                        result ->
                                life.after(
                                        life.sim.luck.upTo(4),
                                        () -> tell(new IntakeInput.CommitEnded(message, result))));
    }

    @Override
    public void pause(Duration length) {
        life.after(
                length.toMillis(),
                () -> {
                    stream.resume();
                    readOn();
                    flush();
                });
    }

    @Override
    public Reception handOn(XClient client) {
        throw new Violation("nobody here may speak for others");
    }

    @Override
    public void greeted(String name) {}

    @Override
    public void announce(RelayEvent event) {
        relay.trace.say(() -> "intake " + event);
    }

    @Override
    public void close() {
        flush();
        port.close();
    }

    private void flush() {
        if (replies.size() == 0) return;
        port.send(replies.toByteArray(), layer);
        replies.reset();
    }
}
