package relay.server.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.delivery.HostPlan;
import relay.core.delivery.TlsMemory;

/// The hosts that had TLS in the last [#KEPT], by name and port, at most [#MAX_HOSTS], in memory and
/// in a text file of the data folder: a host and the time on each line. It only ever serves to
/// raise an alarm, so that it is saved now and then, and a file that is gone or damaged is begun
/// anew. Any thread.
public final class SecuredHosts implements TlsMemory, AutoCloseable {
    static final int MAX_HOSTS = 10_000;
    static final Duration KEPT = Duration.ofDays(30);
    private static final Duration BETWEEN_SAVES = Duration.ofMinutes(1);
    private static final String FILE = "tls-hosts";
    private static final Logger LOG = LoggerFactory.getLogger(SecuredHosts.class);

    private final Path file;
    private final InstantSource clock;
    private final Map<String, Instant> hosts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService saver =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("tls-memory").factory());
    private volatile Saved saved = Saved.YES;

    private enum Saved {
        YES,
        NO,
        /// The disk refused it, which was told.
        REFUSED
    }

    private SecuredHosts(Path dataFolder, InstantSource clock) {
        this.file = dataFolder.resolve(FILE);
        this.clock = clock;
        load();
    }

    /// For reading alone.
    public static SecuredHosts of(Path dataFolder, InstantSource clock) {
        return new SecuredHosts(dataFolder, clock);
    }

    /// Saves what it hears, at the latest when it is closed. The folder is there already.
    public static SecuredHosts kept(Path dataFolder, InstantSource clock) {
        var hosts = new SecuredHosts(dataFolder, clock);
        long millis = BETWEEN_SAVES.toMillis();
        var _ =
                hosts.saver.scheduleWithFixedDelay(
                        hosts::save, millis, millis, TimeUnit.MILLISECONDS);
        return hosts;
    }

    @Override
    public void secured(HostPlan host) {
        String key = key(host);
        // A stranger who has many names must not fill the memory; there is room again after a save.
        if (hosts.size() >= MAX_HOSTS && !hosts.containsKey(key)) return;
        hosts.put(key, clock.instant());
        if (saved == Saved.YES) saved = Saved.NO;
    }

    @Override
    public Stream<Instant> lastSecured(HostPlan host) {
        Instant last = hosts.get(key(host));
        return last == null || isOld(last) ? Stream.of() : Stream.of(last);
    }

    private static String key(HostPlan host) {
        return host.hostName() + ":" + host.port();
    }

    private boolean isOld(Instant last) {
        return last.isBefore(clock.instant().minus(KEPT));
    }

    private void load() {
        try (Stream<String> lines = Files.lines(file)) {
            lines.limit(MAX_HOSTS).forEach(this::read);
        } catch (NoSuchFileException _) {
            // The first start.
            hosts.clear();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} cannot be read, so that TLS which is gone is not noticed", file, e);
        }
    }

    private void read(String line) {
        int blank = line.indexOf(' ');
        if (blank <= 0) return;
        try {
            hosts.put(line.substring(0, blank), Instant.parse(line.substring(blank + 1)));
        } catch (DateTimeException _) {
            LOG.warn("{} has a line that is none: {}", file, line);
        }
    }

    private synchronized void save() {
        if (saved == Saved.YES) return;
        boolean refused = saved == Saved.REFUSED;
        saved = Saved.YES;
        forgetOldest();
        Path fresh = file.resolveSibling(FILE + ".new");
        List<String> lines =
                hosts.entrySet().stream()
                        .map(host -> host.getKey() + " " + host.getValue())
                        .sorted()
                        .toList();
        try {
            Files.write(fresh, lines);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            saved = Saved.REFUSED;
            if (!refused) LOG.warn("{} cannot be written", file, e);
        }
    }

    private void forgetOldest() {
        hosts.values().removeIf(this::isOld);
        int room = MAX_HOSTS / 10;
        if (hosts.size() <= MAX_HOSTS - room) return;
        hosts.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                .limit(room)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(hosts::remove);
    }

    @Override
    public void close() {
        saver.shutdownNow();
        save();
    }
}
