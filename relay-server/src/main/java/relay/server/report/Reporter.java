package relay.server.report;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.delivery.Resolver;
import relay.core.delivery.Resolver.TxtAnswer;
import relay.core.tls.StsPolicy;
import relay.server.report.Tally.Row;

/// Sends each domain that asks for it a report of the day that is over (RFC 8460 §4), within four
/// hours after its end, each domain at a time of its own; what cannot be sent is tried again every hour for a
/// day, and then dropped. Saves the ledger every minute. All of it on one thread of its own, which
/// mail never waits for.
public final class Reporter implements AutoCloseable {
    static final Duration SPREAD = Duration.ofHours(4);
    static final Duration GIVE_UP = Duration.ofHours(24);
    static final Duration AGAIN = Duration.ofHours(1);
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

    private final DayFiles files;
    private final TlsLedger ledger;
    private final Parts parts;
    private final ReportPost post;
    private final Map<Key, Instant> next = new HashMap<>();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("tls-reports").factory());

    private record Key(LocalDate day, String domain) {}

    /// Puts a message of ours in the queue. Blocks until it is there; false where it is not.
    @FunctionalInterface
    public interface Outbox {
        boolean send(Mailbox to, byte[] content);
    }

    /// What a reporter works with. `kept` has the MTA-STS policies of domains, without fetching;
    /// `tls` the roots for HTTPS.
    public record Parts(
            Reporting from,
            Domain hostname,
            Resolver resolver,
            Function<String, Optional<StsPolicy>> kept,
            Outbox outbox,
            SSLContext tls,
            RandomGenerator random,
            InstantSource clock) {}

    /// Keeps what it needs in `dataFolder`, which is there. Nothing happens before [#start].
    public Reporter(Path dataFolder, Parts parts) {
        this.files = DayFiles.in(dataFolder);
        this.parts = parts;
        this.ledger = new TlsLedger(files, parts.clock());
        this.post = new ReportPost(parts.tls());
    }

    public TlsLedger ledger() {
        return ledger;
    }

    public void start() {
        var _ = thread.scheduleWithFixedDelay(this::tryWork, 1, 1, TimeUnit.MINUTES);
    }

    private void tryWork() {
        try {
            work();
        } catch (RuntimeException e) {
            LOG.error("TLS reports: {}", e.toString());
        }
    }

    /// Saves, and sends what is due.
    void work() {
        ledger.save();
        LocalDate today = LocalDate.ofInstant(parts.clock().instant(), ZoneOffset.UTC);
        for (LocalDate day : files.days()) {
            if (day.isBefore(today)) work(day);
        }
        next.keySet().removeIf(key -> key.day().plusDays(3).isBefore(today));
    }

    private void work(LocalDate day) {
        Map<String, List<Row>> left = byDomain(files.read(day));
        Instant end = day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC);
        if (parts.clock().instant().isAfter(end.plus(SPREAD).plus(GIVE_UP))) {
            LOG.warn("TLS reports of {}: {} could not be sent", day, left.keySet());
            files.write(day, List.of());
            return;
        }
        boolean none = left.isEmpty();
        boolean less =
                left.entrySet().removeIf(one -> isDone(one.getKey(), day, end, one.getValue()));
        if (less || none) {
            files.write(day, left.values().stream().flatMap(List::stream).toList());
        }
    }

    private boolean isDone(String domain, LocalDate day, Instant end, List<Row> rows) {
        var key = new Key(day, domain);
        Instant due = next.computeIfAbsent(key, _ -> end.plus(delay()));
        if (parts.clock().instant().isBefore(due)) return false;
        boolean done = report(domain, day, rows);
        if (!done) next.put(key, parts.clock().instant().plus(AGAIN));
        return done;
    }

    private static Map<String, List<Row>> byDomain(List<Row> rows) {
        Map<String, List<Row>> byDomain = new LinkedHashMap<>();
        for (Row row : rows) {
            byDomain.computeIfAbsent(row.domain(), _ -> new ArrayList<>()).add(row);
        }
        return byDomain;
    }

    private Duration delay() {
        return Duration.ofSeconds(parts.random().nextLong(SPREAD.toSeconds()));
    }

    /// False where it has to be tried again.
    private boolean report(String domain, LocalDate day, List<Row> rows) {
        return switch (parts.resolver().txt("_smtp._tls." + domain)) {
            case TxtAnswer.Failed _ -> false;
            case TxtAnswer.None _ -> true;
            case TxtAnswer.Records(var texts) -> {
                List<Destination> wanted = Destination.of(texts);
                yield wanted.isEmpty() || send(domain, day, rows, wanted);
            }
        };
    }

    /// One place that has it is enough not to send it again.
    private boolean send(String domain, LocalDate day, List<Row> rows, List<Destination> wanted) {
        String id = day + "." + Long.toHexString(parts.random().nextLong());
        var report = new DayReport(domain, day, rows, parts.from(), parts.hostname().name(), id);
        byte[] compressed = report.compressed(parts.kept());
        boolean sent = false;
        for (Destination to : wanted) {
            String trouble = send(report, compressed, to);
            String outcome = trouble.isEmpty() ? "sent" : "not sent: " + trouble;
            LOG.info("TLS report of {} for {} to {}: {}", day, domain, to, outcome);
            sent |= trouble.isEmpty();
        }
        return sent;
    }

    /// Empty where it is on its way, else why it is not.
    private String send(DayReport report, byte[] compressed, Destination to) {
        return switch (to) {
            case Destination.Https(var uri) -> post.post(uri, compressed);
            case Destination.Mail(var mailbox) -> {
                Instant now = parts.clock().instant();
                byte[] message = ReportMail.compose(report, compressed, mailbox, now);
                for (DkimSignature signature : parts.from().signature()) {
                    message = signature.sign(message, now);
                }
                yield parts.outbox().send(mailbox, message) ? "" : "the queue did not take it";
            }
        };
    }

    @Override
    public void close() {
        thread.shutdownNow();
        post.close();
        try {
            // Where a look-up holds it up, a minute of counts is lost.
            if (thread.awaitTermination(2, TimeUnit.SECONDS)) ledger.save();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
