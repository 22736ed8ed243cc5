package relay.server.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/// Looks through a queue file that is too large to wait for, once, on a thread of its own, while the
/// queue is used already. What goes out meanwhile has checksums of its own.
///
/// The journal cannot begin anew as long as this takes, and grows by what is written.
final class LateCheck implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LateCheck.class);
    private static final Duration BETWEEN_INTERRUPTS = Duration.ofMillis(20);

    private final Path folder;
    private final Consumer<String> damaged;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Connection connection;

    /// `damaged` hears, on the thread `queue-check`, what is wrong.
    LateCheck(Path folder, Consumer<String> damaged) {
        this.folder = folder;
        this.damaged = damaged;
        thread = Thread.ofPlatform().name("queue-check").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long begin = System.nanoTime();
        try (var reader = Schema.openReader(folder)) {
            connection = reader;
            Soundness.checkTables(reader);
            LOG.info(
                    "the queue file is sound: looked through in {} s",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
        } catch (SQLException e) {
            if (closed) return;
            damaged.accept(Schema.unreadable(folder.resolve(Schema.FILE), e).getMessage());
        }
    }

    /// Ends it at once, wherever it is.
    @Override
    public void close() {
        closed = true;
        try {
            while (thread.isAlive() && !thread.join(BETWEEN_INTERRUPTS)) interrupt();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void interrupt() {
        Connection running = connection;
        if (running == null) return;
        try {
            running.unwrap(SQLiteConnection.class).getDatabase().interrupt();
        } catch (SQLException _) {
            // It has ended meanwhile.
            return;
        }
    }
}
