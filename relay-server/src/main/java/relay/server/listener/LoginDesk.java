package relay.server.listener;

import io.netty.channel.Channel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import relay.core.sasl.SaslServer.Verdict;

/// Checks passwords, which takes long on purpose, away from the event loops. As many wait at the most as
/// there are connections, since nobody is judged who has gone. Any thread.
final class LoginDesk implements AutoCloseable {
    /// So many at once: the more wrong ones come, the longer they take.
    private static final int THREADS = 2;

    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    THREADS, Thread.ofPlatform().daemon().name("login-", 0).factory());

    /// Asks `question` for the client at the other end of `channel`; `answer` hears the verdict on the
    /// desk's thread, unless the client goes first.
    void judge(Channel channel, Supplier<Verdict> question, Consumer<Verdict> answer) {
        threads.execute(() -> {
            if (channel.isActive()) answer.accept(question.get());
        });
    }

    /// Judges nobody any more.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
