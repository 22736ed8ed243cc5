package relay.core.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A TCP connection: what is sent arrives later, in order, perhaps in pieces, unless the connection
/// is cut before.
final class Wire {
    /// How the octets travel.
    enum Layer {
        CLEAR,
        TLS,
        HANDSHAKE
    }

    enum Kind {
        INBOUND,
        OUTBOUND
    }

    /// Hears what comes out at an end.
    interface End {
        void arrived(byte[] bytes, Layer layer);

        void closed(String why);
    }

    private record Arrival(ByteBuffer bytes, @Nullable Layer layer, Runnable heard) {}

    private final Sim sim;
    private final Kind kind;
    private final int latencyMillis;
    final Port client = new Port();
    final Port server = new Port();

    Wire(Sim sim, Kind kind) {
        this.sim = sim;
        this.kind = kind;
        this.latencyMillis = sim.luck.between(1, 60);
    }

    /// One end's hold on the connection.
    final class Port {
        private final Deque<Arrival> arriving = new ArrayDeque<>();
        private @Nullable End end;
        private boolean open = true;
        private long lastDue;

        void listen(End listener) {
            end = listener;
        }

        boolean isOpen() {
            return open;
        }

        Kind kind() {
            return kind;
        }

        void send(byte[] bytes, Layer layer) {
            send(bytes, layer, 0, () -> {});
        }

        /// `heard` runs where the other end is still there to hear it.
        void send(byte[] bytes, Layer layer, long delayMillis, Runnable heard) {
            if (!open) return;
            if (layer != Layer.HANDSHAKE && bytes.length > 1 && sim.luck.oneIn(12)) {
                int half = sim.luck.between(1, bytes.length - 1);
                byte[] first = Arrays.copyOf(bytes, half);
                other().expect(new Arrival(ByteBuffer.wrap(first), layer, () -> {}), delayMillis);
                byte[] rest = Arrays.copyOfRange(bytes, half, bytes.length);
                other().expect(new Arrival(ByteBuffer.wrap(rest), layer, heard), delayMillis);
            } else {
                other().expect(new Arrival(ByteBuffer.wrap(bytes), layer, heard), delayMillis);
            }
        }

        /// Ends it in good order: what was sent before still arrives.
        void close() {
            if (!open) return;
            open = false;
            arriving.clear();
            other().expect(new Arrival(ByteBuffer.allocate(0), null, () -> {}), 0);
        }

        /// The connection breaks; what is under way may be lost.
        void cut() {
            if (open && sim.luck.oneIn(2)) other().arriving.clear();
            close();
        }

        /// Nothing more arrives, and nobody is told.
        void blackHole() {
            open = false;
            arriving.clear();
            other().arriving.clear();
        }

        private Port other() {
            return this == client ? server : client;
        }

        private void expect(Arrival arrival, long delayMillis) {
            arriving.add(arrival);
            long soonest = sim.nowMillis() + delayMillis + 1 + sim.luck.upTo(latencyMillis);
            lastDue = Math.max(lastDue, soonest);
            sim.after(lastDue - sim.nowMillis(), this::arrive);
        }

        private void arrive() {
            Arrival next = arriving.poll();
            if (next == null || !open || end == null) return;
            if (next.layer() == null) {
                open = false;
                end.closed("closed by the other end");
            } else {
                next.heard().run();
                end.arrived(next.bytes().array(), next.layer());
            }
        }
    }
}
