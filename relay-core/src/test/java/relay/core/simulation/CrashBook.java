package relay.core.simulation;

import java.util.ArrayList;
import java.util.List;

/// When the process died, and so what it may have forgotten.
final class CrashBook {
    /// What the relay has heard is with the disk after this long, when the disk works.
    private static final long HANDED_OVER_MILLIS = 2_000;

    private final List<Long> crashes = new ArrayList<>();
    private final DiskHealth disk;

    CrashBook(DiskHealth disk) {
        this.disk = disk;
    }

    void crashed(long at) {
        crashes.add(at);
    }

    /// Whether a process that learned something at `learned`, and had to write it down from `due` on,
    /// may have died, by `now`, before it was on the disk.
    boolean mayHaveForgotten(long learned, long due, long now) {
        return crashes.stream()
                .filter(crash -> crash >= learned && crash <= now)
                .anyMatch(crash ->
                        crash - due <= HANDED_OVER_MILLIS
                                || disk.mayHaveLost(due + HANDED_OVER_MILLIS, crash));
    }
}
