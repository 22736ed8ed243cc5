package relay.server.engine;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Runs what it is given in order, on one thread of the program it is part of.
final class ThreadOfItsOwn extends AbstractExecutorService {
    private final BlockingQueue<Optional<Runnable>> work = new LinkedBlockingQueue<>();
    private final Thread thread = Thread.ofVirtual().unstarted(this::run);

    ThreadOfItsOwn() {
        thread.start();
    }

    private void run() {
        try {
            for (var next = work.take(); next.isPresent(); next = work.take()) next.get().run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void execute(Runnable command) {
        work.add(Optional.of(command));
    }

    @Override
    public void shutdown() {
        work.add(Optional.empty());
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isTerminated() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }
}
