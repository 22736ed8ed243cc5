package relay.core.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// What happened, for people: one line each, with the virtual time.
final class Trace {
    /// How many of the last lines are shown.
    private static final int SHOWN = Integer.getInteger("simulation.lines", 250);

    enum Wanted {
        YES,
        NO
    }

    private final Wanted wanted;
    private final List<String> lines = new ArrayList<>();
    private Supplier<Long> clock = () -> 0L;

    Trace(Wanted wanted) {
        this.wanted = wanted;
    }

    void use(Supplier<Long> millis) {
        clock = millis;
    }

    void say(Supplier<String> what) {
        if (wanted == Wanted.NO) return;
        lines.add(String.format(Locale.ROOT, "%12.3f %s", clock.get() / 1000.0, what.get()));
    }

    List<String> lines() {
        return lines;
    }

    /// The end of it.
    String shown() {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN), lines.size()));
    }
}
