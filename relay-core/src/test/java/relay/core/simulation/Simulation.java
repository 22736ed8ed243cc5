package relay.core.simulation;

import java.util.List;

/// Runs one seed from its first event to the verdict.
final class Simulation {
    private static final long LONGEST_MILLIS = 8L * 24 * 3_600_000;
    private static final int MOST_EVENTS = 400_000;
    private static final long LOOK_MILLIS = 60_000;

    private final long seed;
    private final Trace trace;
    private boolean over;

    /// What a seed amounted to.
    record Report(long virtualMillis, long events, int submissions, int deliveries) {}

    private Simulation(long seed, Trace trace) {
        this.seed = seed;
        this.trace = trace;
    }

    /// Throws an error that has the trace and the command that repeats it.
    static Report run(long seed) {
        var trace = Trace.ofNothing();
        try {
            return new Simulation(seed, trace).live();
        } catch (RuntimeException | AssertionError broken) {
            throw explained(seed, broken, trace.said() - Trace.SHOWN);
        }
    }

    /// The whole trace of a seed, which must end well.
    static List<String> trace(long seed) {
        var trace = new Trace(0);
        var _ = new Simulation(seed, trace).live();
        return trace.lines();
    }

    /// Runs it once more, to see what it did at last.
    private static AssertionError explained(long seed, Throwable broken, long from) {
        var trace = new Trace(from);
        try {
            new Simulation(seed, trace).live();
        } catch (RuntimeException | AssertionError again) {
            boolean same = String.valueOf(again.getMessage()).equals(broken.getMessage());
            if (!same) trace.say(() -> "it did not repeat: " + broken);
        }
        String command =
                "./mvnw -pl relay-core test -Dtest=SimulationTest"
                        + " -Dsimulation.seeds=1 -Dsimulation.first="
                        + seed;
        String what = "seed " + seed + ": " + broken;
        String lines = String.join("\n", trace.lines());
        return new AssertionError(
                what + "\n" + lines + "\n" + what + "\nrepeat it with: " + command);
    }

    private Report live() {
        var world = new World(seed, trace);
        try {
            var troubles = new Troubles(world, new Luck(~seed));
            troubles.schedule();
            world.sim.after(troubles.calmAtMillis() + LOOK_MILLIS, () -> look(world));
            long events = 0;
            while (!over && world.sim.step()) {
                if (++events > MOST_EVENTS) throw new Violation("no end: " + world.leftOver());
                if (world.sim.nowMillis() > LONGEST_MILLIS) {
                    throw new Violation("stuck: " + world.leftOver());
                }
            }
            new Verdicts(world).pronounce();
            return new Report(
                    world.sim.nowMillis(),
                    events,
                    world.clients.submissions.size(),
                    world.partners.book.taken.size());
        } finally {
            world.end();
        }
    }

    private void look(World world) {
        if (world.isDrained()) over = true;
        else world.sim.after(LOOK_MILLIS, () -> look(world));
    }
}
