package relay.core.simulation;

import java.util.ArrayList;
import java.util.List;

/// How the disk fares, and its own book of when it could be written.
final class DiskHealth {
    enum Mood {
        GOOD,
        /// A sync takes seconds.
        SLOW,
        /// Full, or broken.
        FAILING
    }

    /// A sync that began and ended well, in milliseconds of virtual time.
    private record Sync(long began, long ended) {}

    private final Sim sim;
    private final List<Sync> syncs = new ArrayList<>();
    private final List<Long> troubles = new ArrayList<>();
    Mood mood = Mood.GOOD;
    int readFailsOneIn;

    DiskHealth(Sim sim) {
        this.sim = sim;
    }

    boolean isFailing() {
        return mood == Mood.FAILING;
    }

    boolean readFails() {
        return readFailsOneIn > 0 && sim.luck.oneIn(readFailsOneIn);
    }

    /// Whether a content stays in memory for its first attempt.
    boolean isCached() {
        return !sim.luck.oneIn(4);
    }

    long syncMillis() {
        if (mood == Mood.SLOW) failed();
        return mood == Mood.SLOW ? sim.luck.between(500, 20_000) : sim.luck.between(1, 15);
    }

    void synced(long began) {
        syncs.add(new Sync(began, sim.nowMillis()));
    }

    void failed() {
        troubles.add(sim.nowMillis());
    }

    /// Whether what was handed to the disk by `handed` can have been lost by a crash at `crash`: it
    /// was in trouble, and has not come round since.
    boolean mayHaveLost(long handed, long crash) {
        boolean trouble = troubles.stream().anyMatch(at -> at >= handed - 30_000 && at <= crash);
        boolean synced =
                syncs.stream().anyMatch(sync -> sync.began() >= handed && sync.ended() <= crash);
        return trouble && !synced;
    }
}
