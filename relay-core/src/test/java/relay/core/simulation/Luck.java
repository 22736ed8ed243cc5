package relay.core.simulation;

import java.util.List;
import java.util.SplittableRandom;

/// What a seed decides.
final class Luck {
    private final SplittableRandom random;

    Luck(long seed) {
        this(new SplittableRandom(seed));
    }

    private Luck(SplittableRandom random) {
        this.random = random;
    }

    /// Luck of its own, so that drawing more here changes nothing there.
    Luck split() {
        return new Luck(random.split());
    }

    SplittableRandom random() {
        return random;
    }

    int any() {
        return random.nextInt();
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    int upTo(int bound) {
        return random.nextInt(bound);
    }

    long between(long from, long to) {
        return random.nextLong(from, to + 1);
    }

    int between(int from, int to) {
        return random.nextInt(from, to + 1);
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
