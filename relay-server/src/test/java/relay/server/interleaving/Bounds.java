package relay.server.interleaving;

/// Which orders are searched. Of more than a handful of preemptions a fault hardly ever has need;
/// `detours` is how often, where a thread has to wait, another goes on than the first that can. With
/// many threads that wait a lot there are too many orders without such a bound.
public record Bounds(int preemptions, int detours) {
    public static Bounds of(int preemptions) {
        return new Bounds(preemptions, Integer.MAX_VALUE);
    }
}
