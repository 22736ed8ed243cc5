package relay.core.scheduler;

/// How many connections a lane may have at a time: one more for each delivery while all are used,
/// half as many after a host failed.
final class Window {
    private final int max;
    private int size;

    Window(int first, int max) {
        this.size = first;
        this.max = max;
    }

    int size() {
        return size;
    }

    void grow() {
        if (size < max) size++;
    }

    void shrink() {
        size = Math.max(1, size / 2);
    }
}
