package relay.server.tracking;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import relay.core.event.RelayEvent;
import relay.server.testing.Samples;

/// A log in a folder of its own, under a clock that the test sets.
final class LogFolder {
    final Path data;
    final Path folder;
    final List<RelayEvent> troubles = new CopyOnWriteArrayList<>();
    volatile Instant now = Samples.NOON;

    LogFolder(Path data) {
        this.data = data;
        folder = data.resolve(TrackingLog.FOLDER);
    }

    TrackingLog open() {
        return open(new TrackingLimits(Duration.ofDays(30), 64L << 20, 8L << 20, 1_000));
    }

    TrackingLog open(TrackingLimits limits) {
        var log = new TrackingLog(folder, limits, () -> now, troubles::add);
        log.start();
        return log;
    }

    /// Writes `events` in one run of the relay.
    void write(List<RelayEvent> events) {
        try (TrackingLog log = open()) {
            events.forEach(log::on);
        }
    }

    /// As [#write], in a run that does not end before the archive has got to `part`.
    void writeUntilArchived(List<RelayEvent> events, String part) {
        try (TrackingLog log = open()) {
            events.forEach(log::on);
            await().until(() -> files().contains(part));
        }
    }

    List<String> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    List<String> lines(String file) throws IOException {
        Path path = folder.resolve(file);
        try (InputStream in = Files.newInputStream(path);
                InputStream plain = file.endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return new String(plain.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /// The events of the file, in order.
    List<String> events(String file) throws IOException {
        return lines(file).stream().map(line -> TrackedRecord.parse(line).event()).toList();
    }

    /// What is asked for, of all time.
    static Selection all() {
        return to("");
    }

    static Selection to(String recipient) {
        return new Selection(
                Instant.parse("2020-01-01T00:00:00Z"),
                Instant.parse("2030-01-01T00:00:00Z"),
                "",
                "",
                recipient,
                "",
                "");
    }

    /// The answer to a question: its lines, its notes, and how much was found and damaged.
    record Answer(List<String> out, List<String> notes, Inquiry.Result result) {}

    Answer records(Selection wanted, Inquiry.Form form) throws IOException {
        var out = new ArrayList<String>();
        var notes = new ArrayList<String>();
        return new Answer(
                out, notes, new Inquiry(data, out::add, notes::add).records(wanted, form));
    }

    Answer proof(Selection wanted, Inquiry.Form form) throws IOException {
        var out = new ArrayList<String>();
        var notes = new ArrayList<String>();
        return new Answer(out, notes, new Inquiry(data, out::add, notes::add).proof(wanted, form));
    }
}
