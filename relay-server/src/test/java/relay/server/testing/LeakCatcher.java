package relay.server.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// Netty's leak detector, which keeps what it finds instead of logging it. Netty makes one for each
/// kind of resource: buffers, TLS engines, TLS contexts. Any thread.
public final class LeakCatcher<T> extends ResourceLeakDetector<T> {
    private static final int GC_MILLIS = 10_000;
    private static final Queue<LeakCatcher<?>> ALL = new ConcurrentLinkedQueue<>();
    private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();
    private static final AtomicBoolean USED = new AtomicBoolean();

    /// For Netty, which finds this class by its name.
    public LeakCatcher(Class<?> resource, int samplingInterval) {
        super(resource, samplingInterval);
        ALL.add(this);
    }

    /// For Netty, which looks for this one too.
    public LeakCatcher(Class<?> resource, int samplingInterval, long ignored) {
        this(resource, samplingInterval);
    }

    /// What was leaked since it was asked last, each with where it has been.
    static List<String> leaks() throws InterruptedException {
        if (!USED.getAndSet(false)) return List.of();
        collectGarbage();
        ALL.forEach(LeakCatcher::watchAndLetGo);
        USED.set(false);
        var leaks = new ArrayList<String>();
        for (String leak = FOUND.poll(); leak != null; leak = FOUND.poll()) leaks.add(leak);
        return leaks;
    }

    /// Returns when the collector has told of everything that nobody holds any more.
    private static void collectGarbage() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            var told = new ReferenceQueue<Object>();
            var unheld = new WeakReference<>(new Object(), told);
            System.gc();
            try {
                if (told.remove(GC_MILLIS) == null) throw new AssertionError("no collection");
            } finally {
                Reference.reachabilityFence(unheld);
            }
        }
    }

    /// A detector looks whenever it begins to watch something.
    private static <T> void watchAndLetGo(LeakCatcher<T> detector) {
        @SuppressWarnings("unchecked")
        T nothing = (T) new Object();
        ResourceLeakTracker<T> tracker = detector.track(nothing);
        if (tracker == null) throw new AssertionError("Netty does not watch everything");
        tracker.close(nothing);
    }

    @Override
    public ResourceLeakTracker<T> track(T resource) {
        USED.set(true);
        return super.track(resource);
    }

    @Override
    public ResourceLeakTracker<T> trackForcibly(T resource) {
        USED.set(true);
        return super.trackForcibly(resource);
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    @Override
    protected void reportTracedLeak(String resource, String records) {
        FOUND.add(resource + " was not released." + records);
    }

    @Override
    protected void reportUntracedLeak(String resource) {
        FOUND.add(resource + " was not released.");
    }
}
