package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import relay.core.event.RelayEvent;
import relay.core.intake.IntakeInput.ShuttingDown.Patience;
import relay.core.intake.IntakeRules.HandingOn;
import relay.core.queue.MessageStore;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Reply;
import relay.core.smtp.XClient;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;

/// A session and its stream without a network: octets go in by pieces of `pieceOctets`.
final class DirectPeer implements DialoguePeer, IntakeWire {
    private static final InetAddress HOST = InetAddress.ofLiteral("127.0.0.1");
    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private static final Evidence.Encrypted ENCRYPTED =
            new Evidence.Encrypted(
                    Evidence.TlsVersion.TLS_1_3,
                    "TLS_AES_128_GCM_SHA256",
                    "",
                    new Evidence.ChainVerdict.Untrusted("no client certificate"),
                    Set.of(),
                    List.of());

    final List<RelayEvent> events = new ArrayList<>();
    final List<Duration> penalties = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    final Deque<Runnable> writer = new ArrayDeque<>();
    final MemoryStore store = new MemoryStore(writer::add);
    private final Deque<String> said = new ArrayDeque<>();
    private final int pieceOctets;
    private final ReceiveTable table;
    private final Binding binding;
    private final IntakeStream stream;
    private MessageStore.@Nullable Content content;
    private boolean handshaking;
    private boolean closed;
    private int room = Integer.MAX_VALUE;

    DirectPeer(Dialogue dialogue, int pieceOctets) {
        this.pieceOctets = pieceOctets;
        var requireTls = dialogue.has("requireTls") ? RequireTls.YES : RequireTls.NO;
        var connector =
                Fixtures.receiveConnector(
                        dialogue, Fixtures.loopback(TlsMode.STARTTLS), requireTls);
        var startTls =
                dialogue.has("noCertificate")
                        ? IntakeRules.StartTls.UNAVAILABLE
                        : IntakeRules.StartTls.OFFERED;
        table = new ReceiveTable(List.of(connector));
        binding = connector.bindings().getFirst();
        var handingOn = connector.trustsXClientOf(HOST) ? HandingOn.ALLOWED : HandingOn.REFUSED;
        var rules =
                new IntakeRules(Fixtures.HOSTNAME, connector, startTls, handingOn, XClient.NONE);
        stream = new IntakeStream(newSession(HOST, rules), this);
        boolean implicit = dialogue.has("implicitTls");
        stream.tell(
                new IntakeInput.Connected(
                        implicit
                                ? ENCRYPTED
                                : new Evidence.Plaintext(Shortfall.NOT_OFFERED, "not asked for")));
    }

    private IntakeSession newSession(InetAddress client, IntakeRules rules) {
        return new IntakeSession(
                rules,
                client,
                Fixtures::policy,
                store::newId,
                InstantSource.fixed(NOW),
                () -> "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                MessageGate.OPEN);
    }

    @Override
    public Reception handOn(XClient named) {
        Optional<InetAddress> address = named.address(HOST);
        return address.flatMap(known -> table.choose(binding, known))
                .<Reception>map(connector ->
                        new Reception.Welcome(
                                newSession(
                                        address.orElseThrow(),
                                        new IntakeRules(
                                                Fixtures.HOSTNAME,
                                                connector,
                                                IntakeRules.StartTls.UNAVAILABLE,
                                                HandingOn.ALLOWED,
                                                named))))
                .orElseGet(() -> new Reception.TurnedAway(IntakeReplies.ACCESS_DENIED));
    }

    /// From now on no more than so many replies are taken.
    void roomForReplies(int replies) {
        room = replies;
    }

    /// How many of these octets are consumed at once.
    int offer(byte[] octets) {
        return stream.receive(octets.clone(), 0, octets.length);
    }

    @Override
    public boolean takesReplies() {
        return room > 0;
    }

    @Override
    public void send(byte[] octets) {
        for (int at = 0; at < octets.length; at += Math.min(pieceOctets, octets.length)) {
            int end = (int) Math.min(octets.length, (long) at + pieceOctets);
            byte[] piece = Arrays.copyOfRange(octets, at, end);
            int consumed = stream.receive(piece, 0, piece.length);
            while (consumed < piece.length) {
                assertThat(stream.isPaused()).isTrue();
                runWriter();
                consumed = stream.receive(piece, consumed, piece.length);
            }
        }
    }

    /// Lets the store finish one thing.
    private void runWriter() {
        Objects.requireNonNull(writer.poll(), "nobody will resume the stream").run();
    }

    @Override
    public String readLine() {
        while (said.isEmpty() && !writer.isEmpty()) runWriter();
        if (said.isEmpty() && closed) return CLOSED;
        assertThat(said).as("lines said").isNotEmpty();
        return said.remove();
    }

    /// All that the server has to say by now, the store's word included.
    List<String> readAll() {
        while (!writer.isEmpty()) runWriter();
        var lines = new ArrayList<String>(said);
        said.clear();
        return lines;
    }

    /// Cuts the connection.
    void disconnect() {
        stream.tell(new IntakeInput.Disconnected());
        while (!writer.isEmpty()) runWriter();
    }

    @Override
    public void secure() {
        assertThat(handshaking).as("a handshake is asked for").isTrue();
        handshaking = false;
        stream.tell(new IntakeInput.TlsEstablished(ENCRYPTED));
    }

    @Override
    public void timeOut() {
        stream.tell(new IntakeInput.TimedOut());
    }

    @Override
    public void shutDown() {
        stream.tell(new IntakeInput.ShuttingDown(Patience.MAY_FINISH));
    }

    @Override
    public void endPatience() {
        stream.tell(new IntakeInput.ShuttingDown(Patience.NO_MORE));
    }

    @Override
    public void failStore() {
        store.fail("disk full");
    }

    @Override
    public List<MemoryStore.Stored> stored() {
        return store.stored();
    }

    @Override
    public void say(Reply reply) {
        assertThat(closed).as("said after the end: %s", reply).isFalse();
        room--;
        new String(reply.toWire(), StandardCharsets.UTF_8).lines().forEach(said::add);
    }

    @Override
    public void judge(Supplier<Verdict> question, Duration ifRefusedAfter) {
        penalties.add(ifRefusedAfter);
        writer.add(() -> stream.tell(new IntakeInput.Judged(question.get())));
    }

    @Override
    public void startTls() {
        handshaking = true;
    }

    @Override
    public void beginContent(QueueId id) {
        content = store.newContent(id);
    }

    @Override
    public boolean content(byte[] octets) {
        MessageStore.Content current = Objects.requireNonNull(content);
        return current.write(octets, () -> writable(current));
    }

    private void writable(MessageStore.Content which) {
        if (which.equals(content)) stream.storeIsWritable();
    }

    @Override
    public void discardContent() {
        if (content == null) return;
        content.discard();
        content = null;
    }

    @Override
    public void commit(QueuedMessage message) {
        MessageStore.Content whole = Objects.requireNonNull(content);
        content = null;
        store.accept(
                message,
                whole,
                result -> stream.tell(new IntakeInput.CommitEnded(message, result)));
    }

    @Override
    public void pause(Duration length) {
        writer.add(stream::resume);
    }

    @Override
    public void greeted(String name) {
        names.add(name);
    }

    @Override
    public void announce(RelayEvent event) {
        events.add(event);
    }

    @Override
    public void close() {
        closed = true;
    }
}
