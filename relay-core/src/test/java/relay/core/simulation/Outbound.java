package relay.core.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.OutboundSession;
import relay.core.delivery.SessionInput;
import relay.core.delivery.SessionObserver;
import relay.core.delivery.SessionObserver.SessionLink;
import relay.core.delivery.SessionOutput;
import relay.core.queue.ContentSource;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.QueueEntry;
import relay.core.simulation.Rules.Facts.Chain;
import relay.core.simulation.Wire.Layer;
import relay.core.smtp.DataEncoder;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Evidence.TlsVersion;

/// One outbound connection as the relay's network client drives it: tells the session what happens
/// and does what it wants; all that one input brings about is one write.
final class Outbound implements Wire.End, SessionLink {
    private final Life life;
    private final OutboundSession session;
    private final SessionObserver observer;
    private final ContentSource contents;
    private final Consumer<SessionEnd> ended;
    private final Deque<SessionInput> inputs = new ArrayDeque<>();
    private final List<byte[]> heldBack = new ArrayList<>();
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
    private Wire.@Nullable Port port;
    private SimHost.@Nullable Tls shown;
    private Sim.@Nullable Event deadline;
    private long limitMillis;
    private int contentRun;
    private boolean busy;
    private boolean judging;
    private boolean over;
    private Layer layer = Layer.CLEAR;

    Outbound(
            Life life,
            OutboundSession session,
            SessionObserver observer,
            ContentSource contents,
            Consumer<SessionEnd> ended) {
        this.life = life;
        this.session = session;
        this.observer = observer;
        this.contents = contents;
        this.ended = ended;
    }

    /// No connection comes about.
    void unreachable(SessionInput why) {
        tell(why);
    }

    /// `tls` is what this connection shows, whatever the host turns to meanwhile.
    void connected(Wire.Port with, SimHost.Tls tls) {
        port = with;
        shown = tls;
        with.listen(this);
        life.owns(with);
        tell(new SessionInput.Connected());
    }

    @Override
    public void offer(QueueEntry entry) {
        life.after(life.sim.luck.upTo(3), () -> tell(new SessionInput.Offered(entry)));
    }

    @Override
    public void finish() {
        life.after(life.sim.luck.upTo(3), () -> tell(new SessionInput.FinishAsked()));
    }

    @Override
    public void arrived(byte[] bytes, Layer on) {
        if (on == Layer.HANDSHAKE) {
            judging = true;
            layer = Layer.TLS;
            life.after(life.sim.luck.upTo(30), this::secured);
        } else if (judging) {
            heldBack.add(bytes);
        } else {
            tell(new SessionInput.Received(ByteBuffer.wrap(bytes)));
        }
    }

    private void secured() {
        judging = false;
        var evidence = evidence(java.util.Objects.requireNonNull(shown));
        tell(new SessionInput.Secured(evidence, List.of()));
        List<byte[]> held = List.copyOf(heldBack);
        heldBack.clear();
        held.forEach(bytes -> tell(new SessionInput.Received(ByteBuffer.wrap(bytes))));
    }

    private static Evidence.Encrypted evidence(SimHost.Tls tls) {
        var version =
                switch (tls.version()) {
                    case 10 -> TlsVersion.TLS_1_0;
                    case 11 -> TlsVersion.TLS_1_1;
                    case 12 -> TlsVersion.TLS_1_2;
                    default -> TlsVersion.TLS_1_3;
                };
        ChainVerdict verdict =
                switch (tls.chain()) {
                    case Chain.GOOD -> new ChainVerdict.Trusted();
                    case Chain.EXPIRED -> new ChainVerdict.Expired("yesterday");
                    case Chain.UNTRUSTED -> new ChainVerdict.Untrusted("self-signed");
                };
        return new Evidence.Encrypted(version, "SUITE", "", verdict, tls.names(), List.of());
    }

    @Override
    public void closed(String why) {
        tell(new SessionInput.ConnectionLost(why));
    }

    private void tell(SessionInput input) {
        inputs.add(input);
        if (busy) return;
        busy = true;
        for (SessionInput next = inputs.poll(); next != null; next = inputs.poll()) {
            session.on(next).forEach(this::perform);
        }
        busy = false;
        flush();
    }

    private void perform(SessionOutput output) {
        switch (output) {
            case SessionOutput.Send(var bytes, _, _) -> {
                byte[] all = new byte[bytes.remaining()];
                bytes.get(all);
                batch.writeBytes(all);
            }
            case SessionOutput.SendContent(var entry) -> sendContent(entry);
            case SessionOutput.Await(var limit) -> await(limit.toMillis());
            case SessionOutput.StartTls _ -> {
                flush();
                if (port != null) port.send(new byte[1], Layer.HANDSHAKE);
            }
            case SessionOutput.Derive(var derivation) ->
                    inputs.add(new SessionInput.Derived(derivation.run()));
            case SessionOutput.Opened(var proof, var limits) ->
                    observer.opened(this, proof, limits);
            case SessionOutput.Ready(var count) -> observer.ready(count);
            case SessionOutput.Ended(var entry, var outcomes, var proof) ->
                    observer.ended(entry, outcomes, proof);
            case SessionOutput.Returned(var entry) -> observer.returned(entry);
            case SessionOutput.Close _ -> close();
            case SessionOutput.End(var end) -> life.after(0, () -> ended.accept(end));
        }
    }

    void await(long millis) {
        limitMillis = millis;
        if (deadline != null) deadline.cancel();
        if (!over) deadline = life.after(millis, () -> tell(new SessionInput.TimedOut()));
    }

    private void flush() {
        if (batch.size() == 0) return;
        if (port != null) port.send(batch.toByteArray(), layer);
        batch.reset();
    }

    private void sendContent(QueueEntry entry) {
        byte[] fresh = contents.inMemory(entry.id().message());
        if (fresh.length == 0) {
            stream(entry);
            return;
        }
        var encoder = new DataEncoder();
        batch.writeBytes(encoder.encode(fresh));
        batch.writeBytes(encoder.end());
        inputs.add(new SessionInput.FinalDotBegun());
    }

    private void stream(QueueEntry entry) {
        int run = ++contentRun;
        life.after(
                life.sim.luck.upTo(20),
                () -> {
                    if (run != contentRun) return;
                    try {
                        piece(run, contents.open(entry.id().message()), new DataEncoder());
                    } catch (ContentLost lost) {
                        tell(new SessionInput.ContentLost(String.valueOf(lost.getMessage())));
                    }
                });
    }

    private void piece(int run, ContentSource.Reading reading, DataEncoder encoder) {
        if (run != contentRun) return;
        byte[] piece;
        try {
            piece = reading.next();
        } catch (ContentLost lost) {
            tell(new SessionInput.ContentLost(String.valueOf(lost.getMessage())));
            return;
        }
        if (piece.length == 0) {
            reading.close();
            batch.writeBytes(encoder.end());
            tell(new SessionInput.FinalDotBegun());
            return;
        }
        batch.writeBytes(encoder.encode(piece));
        flush();
        await(limitMillis);
        life.after(life.sim.luck.upTo(10), () -> piece(run, reading, encoder));
    }

    private void close() {
        over = true;
        contentRun++;
        if (deadline != null) deadline.cancel();
        flush();
        if (port != null) port.close();
    }
}
