package relay.core.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// One life of the relay's process: what it has ordered dies with it.
final class Life {
    final Sim sim;
    private final Sim.Tasks tasks = new Sim.Tasks();
    private final List<Wire.Port> ports = new ArrayList<>();
    private boolean alive = true;

    Life(Sim sim) {
        this.sim = sim;
    }

    boolean isAlive() {
        return alive;
    }

    Sim.Event after(long millis, Runnable work) {
        return sim.after(
                millis,
                () -> {
                    if (alive) work.run();
                });
    }

    void spawn(Runnable body) {
        sim.spawn(tasks, body);
    }

    void owns(Wire.Port port) {
        ports.removeIf(other -> !other.isOpen());
        ports.add(port);
    }

    /// Connections of the relay that it still holds open.
    long openPorts(Wire.Kind kind) {
        return ports.stream().filter(port -> port.isOpen() && port.kind() == kind).count();
    }

    void end() {
        alive = false;
        ports.forEach(Wire.Port::cut);
        sim.kill(tasks);
    }

    /// A thread of the process: does what it is given in order, a little later.
    final class Worker {
        private final Deque<Runnable> inbox = new ArrayDeque<>();
        private final int lagMillis;

        Worker(int lagMillis) {
            this.lagMillis = lagMillis;
        }

        void execute(Runnable work) {
            inbox.add(work);
            after(sim.luck.upTo(lagMillis + 1), () -> inbox.remove().run());
        }

        boolean isIdle() {
            return inbox.isEmpty();
        }
    }
}
