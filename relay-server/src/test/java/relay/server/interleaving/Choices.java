package relay.server.interleaving;

import java.util.ArrayList;
import java.util.List;

/// Goes through all runs of a program: each run repeats the choices of the one before, but for the
/// last that could still be made otherwise. The first alternative is always to let a thread go on.
final class Choices {
    private final Bounds most;
    private final List<int[]> made = new ArrayList<>();
    private int position;
    private int preemptions;
    private int detours;

    Choices(Bounds most) {
        this.most = most;
    }

    /// Whether a thread that could go on may be made to wait once more.
    boolean mayPreempt() {
        return preemptions < most.preemptions();
    }

    void preempted() {
        preemptions++;
    }

    /// Who of `count` goes on where one had to stop.
    int turn(int count) {
        if (detours >= most.detours()) return 0;
        int chosen = next(count);
        if (chosen > 0) detours++;
        return chosen;
    }

    /// One of `count` alternatives, from 0.
    int next(int count) {
        if (count == 1) return 0;
        if (position == made.size()) made.add(new int[] {0, count});
        int[] choice = made.get(position++);
        if (choice[1] != count) throw new IllegalStateException("the program is not repeatable");
        return choice[0];
    }

    /// Prepares the next run; false where all were made.
    boolean another() {
        position = 0;
        preemptions = 0;
        detours = 0;
        while (!made.isEmpty()) {
            int[] last = made.getLast();
            if (++last[0] < last[1]) return true;
            made.removeLast();
        }
        return false;
    }
}
