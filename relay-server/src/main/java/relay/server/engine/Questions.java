package relay.server.engine;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import relay.core.queue.QueueControl;

/// The operator's questions that have no answer yet. Once it is closed each of them fails with
/// [QueueControl.Stopped], those asked later at once. Any thread.
final class Questions {
    private final Map<Object, CompletableFuture<?>> open = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /// A question, to be completed by whoever answers it.
    <T> CompletableFuture<T> ask() {
        var question = new CompletableFuture<T>();
        var key = new Object();
        open.put(key, question);
        var _ = question.whenComplete((_, _) -> open.remove(key));
        // After it is in `open`: either this or `close` sees the other.
        if (closed) fail(question);
        return question;
    }

    void close() {
        closed = true;
        open.values().forEach(Questions::fail);
    }

    private static void fail(CompletableFuture<?> question) {
        question.completeExceptionally(new QueueControl.Stopped());
    }
}
