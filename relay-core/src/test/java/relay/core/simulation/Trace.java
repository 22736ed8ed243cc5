package relay.core.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// What happened, for people: one line each, with the virtual time. Only lines from some number on
/// are written out, since that costs more than the simulation itself.
final class Trace {
    /// How many of the last lines are shown.
    static final int SHOWN = Integer.getInteger("simulation.lines", 250);

    private final long from;
    private final List<String> lines = new ArrayList<>();
    private Supplier<Long> clock = () -> 0L;
    private long said;

    /// Keeps the lines from the one of that number on.
    Trace(long from) {
        this.from = from;
    }

    static Trace ofNothing() {
        return new Trace(Long.MAX_VALUE);
    }

    void use(Supplier<Long> millis) {
        clock = millis;
    }

    void say(Supplier<String> what) {
        if (said++ < from) return;
        lines.add(String.format(Locale.ROOT, "%12.3f %s", clock.get() / 1000.0, what.get()));
    }

    /// How many lines there were, kept or not.
    long said() {
        return said;
    }

    List<String> lines() {
        return lines;
    }
}
