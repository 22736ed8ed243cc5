package relay.server.listener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;

/// Puts certificates in force when their files change: all of them or none. Has a thread of its own.
///
/// A certificate and its key are two files, and neither is replaced at the same instant as the
/// other: what has changed is read once it has stayed the same for a whole period.
public final class CertificateWatch implements AutoCloseable {
    public static final Duration PERIOD = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

    /// Reads the certificates and puts them in force. An exception's message says which file is
    /// wrong, and why.
    public interface Loading {
        void load() throws IOException;
    }

    private final Supplier<List<Path>> files;
    private final Loading loading;
    private final EventSink events;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("certificate-watch").daemon().factory());
    private String loaded;
    private String last;

    /// `files` are those of the configuration in force, of which `loading` has loaded what they have
    /// now.
    public CertificateWatch(Supplier<List<Path>> files, Loading loading, EventSink events) {
        this.files = files;
        this.loading = loading;
        this.events = events;
        loaded = stamp();
        last = loaded;
    }

    public void start() {
        long period = PERIOD.toMillis();
        var _ = thread.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    /// Looks once.
    synchronized void look() {
        String now = stamp();
        boolean settled = now.equals(last);
        last = now;
        if (!settled || now.equals(loaded)) return;
        loaded = now;
        try {
            loading.load();
            LOG.info("certificates reloaded: {}", files.get());
        } catch (IOException | RuntimeException e) {
            String detail = "not reloaded, the old ones stay in force: " + e.getMessage();
            events.on(new RelayEvent.Fault("certificates", detail));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /// Differs when a file was written, replaced, or is another one.
    private String stamp() {
        var stamp = new StringBuilder();
        for (Path file : files.get()) {
            stamp.append(file).append('=').append(stamp(file)).append('\n');
        }
        return stamp.toString();
    }

    private static String stamp(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime()
                    + " "
                    + attributes.size()
                    + " "
                    + attributes.fileKey();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
