package relay.server.outbound;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Work that takes CPU, done by `workers`; what comes of it is done on the event loop `loop`, and so
/// is `onFault` where the work throws: whoever asked hears of it one way or the other, unless the
/// loop is shut down.
record OffLoop(Executor workers, Executor loop, Consumer<Throwable> onFault) {
    void run(Supplier<Runnable> work) {
        workers.execute(() -> {
            Runnable next = outcome(work);
            try {
                loop.execute(next);
            } catch (RejectedExecutionException _) {
                // Its connections are closed with it.
                return;
            }
        });
    }

    private Runnable outcome(Supplier<Runnable> work) {
        try {
            return work.get();
        } catch (RuntimeException | Error fault) {
            return () -> onFault.accept(fault);
        }
    }
}
