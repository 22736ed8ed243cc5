package relay.server.listener;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import relay.core.intake.Dialogue;
import relay.core.intake.DialoguePeer;
import relay.core.intake.Fixtures;
import relay.core.intake.MemoryStore;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

/// The whole listener, over loopback, with `pieceOctets` octets a packet.
final class SocketPeer implements DialoguePeer, AutoCloseable {
    private final RunningListener running;
    private final TestClient client;
    private final int pieceOctets;
    private final Duration drain;

    SocketPeer(Path folder, Dialogue dialogue, int pieceOctets) {
        this.pieceOctets = pieceOctets;
        drain = Duration.ofMillis(dialogue.number("drainMillis", 10_000));
        boolean implicit = dialogue.has("implicitTls");
        var connector =
                Fixtures.receiveConnector(
                        dialogue,
                        Fixtures.loopback(implicit ? TlsMode.IMPLICIT : TlsMode.STARTTLS),
                        dialogue.has("requireTls") ? RequireTls.YES : RequireTls.NO);
        running = new RunningListener(folder, connector);
        client = running.connect();
        if (implicit) client.secure();
    }

    @Override
    public void send(byte[] octets) {
        for (int at = 0; at < octets.length; at += Math.min(pieceOctets, octets.length)) {
            int end = (int) Math.min(octets.length, (long) at + pieceOctets);
            client.send(Arrays.copyOfRange(octets, at, end));
        }
    }

    @Override
    public String readLine() {
        return client.readLine();
    }

    @Override
    public void secure() {
        client.secure();
    }

    @Override
    public void timeOut() {
        // It passes by itself: such dialogues have a short one.
    }

    @Override
    public void shutDown() {
        running.listener.stopAccepting();
        Thread.ofVirtual().start(() -> running.drain(drain));
    }

    @Override
    public void endPatience() {
        // It ends by itself: such dialogues have little.
    }

    @Override
    public void failStore() {
        running.memory.fail("disk full");
    }

    @Override
    public List<MemoryStore.Stored> stored() {
        return running.memory.stored();
    }

    @Override
    public void close() {
        client.close();
        running.close();
    }
}
