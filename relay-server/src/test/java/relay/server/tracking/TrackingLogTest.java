package relay.server.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.queue.QueueEntry;
import relay.server.testing.Samples;

@Timeout(60)
class TrackingLogTest {
    private static final String TODAY = "2026-11-23.jsonl";
    private static final Duration MONTH = Duration.ofDays(30);

    @TempDir Path data;

    private final QueueEntry entry = TrackedSamples.entry(1, Samples.BANK, "bob@bank.example");
    private final RelayEvent event = TrackedSamples.delivered(entry, Samples.NOON);

    @Test
    void closeWritesEverythingAndSaysThatItWasInGoodOrder() throws IOException {
        // Given a log that heard of two deliveries, when it is closed at once.
        var log = new LogFolder(data);
        try (TrackingLog open = log.open()) {
            open.on(event);
            open.on(event);
        }

        // Then all of it is there, for the relay's user alone.
        assertThat(log.events(TODAY)).containsExactly("START", "SEND", "SEND", "STOP");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log.folder)))
                .isEqualTo("rwx------");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(log.folder.resolve(TODAY))))
                .isEqualTo("rw-------");
        assertThat(log.troubles).isEmpty();
    }

    @Test
    void aRecordCanBeReadSoonAfterTheEvent() {
        // Given a running log, when something happens, then its record is there without a close.
        var log = new LogFolder(data);
        try (TrackingLog open = log.open()) {
            open.on(event);
            awaitEvents(log, TODAY, "START", "SEND");
        }
    }

    @Test
    void atMidnightADayIsFinishedAndCompressed() throws IOException {
        // Given a delivery before midnight and one after.
        var log = new LogFolder(data);
        log.now = Instant.parse("2026-11-23T23:59:59.900Z");
        try (TrackingLog open = log.open()) {
            open.on(event);
            awaitEvents(log, TODAY, "START", "SEND");
            log.now = Instant.parse("2026-11-24T00:00:00.100Z");
            open.on(event);

            // When the archive has done its work, then the first day is compressed, the second goes
            // on.
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() ->
                            assertThat(log.files())
                                    .containsExactly(
                                            "2026-11-23.0001.jsonl.gz", "2026-11-24.jsonl"));
        }
        assertThat(log.events("2026-11-23.0001.jsonl.gz")).containsExactly("START", "SEND");
        assertThat(log.events("2026-11-24.jsonl")).containsExactly("SEND", "STOP");
    }

    @Test
    void aDayWithoutMailEndsToo() {
        // Given a relay without mail, when midnight passes, then the day is archived all the same.
        var log = new LogFolder(data);
        try (TrackingLog _ = log.open()) {
            awaitEvents(log, TODAY, "START");
            log.now = log.now.plus(Duration.ofDays(1));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> log.files().contains("2026-11-23.0001.jsonl.gz"));
        }
    }

    @Test
    void ofABusyDayEveryPartIsCompressedByItself() throws IOException {
        // Given parts of 4 KiB, when 30 deliveries are recorded.
        var log = new LogFolder(data);
        try (TrackingLog open = log.open(new TrackingLimits(MONTH, 64 << 20, 4 << 10, 1_000))) {
            for (int i = 0; i < 30; i++) open.on(event);
            await().until(() -> log.files().contains("2026-11-23.0003.jsonl.gz"));
        }

        // Then the parts together have each of them once.
        assertThat(log.files()).contains("2026-11-23.0001.jsonl.gz");
        assertThat(log.records(LogFolder.to("bank.example"), Inquiry.Form.JSON).out()).hasSize(30);
    }

    @Test
    void theOldestIsDeletedByAgeAndForTheNewest() throws IOException {
        // Given parts of earlier days.
        var log = new LogFolder(data);
        Files.createDirectories(log.folder);
        Files.write(log.folder.resolve("2026-10-01.0001.jsonl.gz"), new byte[10]);
        Files.write(log.folder.resolve("2026-11-20.0001.jsonl.gz"), new byte[900]);
        Files.write(log.folder.resolve("2026-11-21.0001.jsonl.gz"), new byte[900]);
        Files.writeString(log.folder.resolve("notes.txt"), "somebody else's");

        // When the log is opened with room for one of the two that are young enough.
        log.open(new TrackingLimits(MONTH, 2_000, 1_000, 1_000)).close();

        // Then the older ones are gone, and nothing else is touched.
        assertThat(log.files()).containsExactly("2026-11-21.0001.jsonl.gz", TODAY, "notes.txt");
    }

    @Test
    void aCrashLeavesAGapAndACutLineSpoilsNoOther() throws IOException {
        // Given a log whose relay was killed in the middle of a line.
        var log = new LogFolder(data);
        log.write(List.of(event));
        Path file = log.folder.resolve(TODAY);
        String written = Files.readString(file);
        String killed =
                written.substring(0, written.indexOf("{\"time\"", written.indexOf("STOP") - 60));
        Files.writeString(file, killed + "{\"time\":\"2026-11-23T12:00:0");

        // When the relay starts again.
        log.now = Samples.NOON.plusSeconds(60);
        log.write(List.of(event));

        // Then the log says from when to when records may be missing.
        var lines = log.lines(TODAY);
        assertThat(lines).hasSize(7);
        assertThat(lines.get(3))
                .isEqualTo(
                        "{\"time\":\"2026-11-23T12:01:00.000Z\",\"event\":\"GAP\","
                                + "\"from\":\"2026-11-23T12:00:00.000Z\","
                                + "\"to\":\"2026-11-23T12:01:00.000Z\",\"why\":\"the relay did not"
                                + " stop in good order: its last records may be missing\"}");
        var answer = log.records(LogFolder.to("bob@bank.example"), Inquiry.Form.TEXT);
        assertThat(answer.out()).hasSize(2);
        assertThat(answer.result().damaged()).isEqualTo(1);
        assertThat(answer.notes())
                .anyMatch(note -> note.startsWith(TODAY + ":3: not a record, or cut off"))
                .anyMatch(note -> note.startsWith("the log has a gap from 2026-11-23T12:00:00"));
    }

    @Test
    void anOrderlyRestartLeavesNoGap() throws IOException {
        // Given a log that was closed, when it is opened another day, then nothing is missing.
        var log = new LogFolder(data);
        log.write(List.of(event));
        log.now = log.now.plus(Duration.ofDays(2));
        log.writeUntilArchived(List.of(event), "2026-11-23.0001.jsonl.gz");
        assertThat(log.events("2026-11-25.jsonl")).containsExactly("START", "SEND", "STOP");
    }

    @Test
    void whatDoesNotFitWhileTheDiskFailsIsCountedAndTold() throws IOException {
        // Given a log that cannot be written, since a file has the place of its folder.
        var log = new LogFolder(data);
        Files.writeString(log.folder, "in the way");
        try (TrackingLog open = log.open(new TrackingLimits(MONTH, 64 << 20, 8 << 20, 4))) {
            await().atMost(Duration.ofSeconds(10)).until(() -> !log.troubles.isEmpty());

            // When more happens than can wait, and the disk is well again.
            for (int i = 0; i < 10; i++) open.on(event);
            assertThat(open.lost()).isEqualTo(6);
            Files.delete(log.folder);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Files.exists(log.folder.resolve(TODAY)));
        }

        // Then the log has what could wait, and says what it lacks; so do the faults.
        assertThat(log.events(TODAY))
                .containsExactly("START", "SEND", "SEND", "SEND", "SEND", "GAP", "STOP");
        assertThat(log.lines(TODAY).get(5)).contains("\"lost\":6");
        assertThat(log.troubles)
                .allMatch(RelayEvent.Fault.class::isInstance)
                .extracting(Object::toString)
                .satisfiesExactly(
                        first -> assertThat(first).contains("cannot be written, and mail goes on"),
                        second -> assertThat(second).contains("6 records could not be written"));
    }

    @Test
    void aFullDiskLosesNothingThatCanWait() throws IOException {
        // Given a device without room in the place of the day's file.
        var log = new LogFolder(data);
        Files.createDirectories(log.folder);
        Path file = log.folder.resolve(TODAY);
        Files.createSymbolicLink(file, Path.of("/dev/full"));
        try (TrackingLog open = log.open()) {
            open.on(event);
            await().atMost(Duration.ofSeconds(10)).until(() -> !log.troubles.isEmpty());
            assertThat(log.troubles.getFirst().toString()).contains("No space left on device");

            // When there is room again.
            Files.delete(file);
        }

        // Then the records are there, and the log lost none.
        assertThat(log.events(TODAY)).contains("START", "SEND", "STOP");
    }

    @Test
    void aFileThatSomebodyRemovesIsAGap() throws IOException {
        // Given a running log.
        var log = new LogFolder(data);
        Path file = log.folder.resolve(TODAY);
        try (TrackingLog open = log.open()) {
            await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(file));

            // When its file is removed.
            Files.delete(file);
            await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(file));
            open.on(event);
        }

        // Then it goes on in a new one, which says so.
        assertThat(log.events(TODAY)).containsExactly("GAP", "SEND", "STOP");
        assertThat(log.lines(TODAY).getFirst()).contains("was removed while the relay ran");
    }

    @Test
    void anUnfinishedCompressionIsDoneAgain() throws IOException {
        // Given what a crash in the middle of compressing has left.
        var log = new LogFolder(data);
        log.write(List.of(event));
        Path part = log.folder.resolve("2026-11-22.0001.jsonl");
        Files.copy(log.folder.resolve(TODAY), part);
        Files.writeString(
                log.folder.resolve("2026-11-22.0001.jsonl.gz.part"),
                "half",
                StandardOpenOption.CREATE);

        // When the relay starts again, then the part is compressed, whole.
        log.writeUntilArchived(List.of(), "2026-11-22.0001.jsonl.gz");
        assertThat(log.files()).containsExactly("2026-11-22.0001.jsonl.gz", TODAY);
        assertThat(log.events("2026-11-22.0001.jsonl.gz")).contains("SEND");
    }

    @Test
    void beforeTheStartNothingIsTouched() {
        // Given a log that was made and not started, when it is closed, then there is no folder.
        var log = new LogFolder(data);
        TrackingLog.in(data, MONTH, 64 << 20, () -> Samples.NOON, log.troubles::add).close();
        assertThat(log.folder).doesNotExist();
    }

    private static void awaitEvents(LogFolder log, String file, String... events) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(log.events(file)).containsExactly(events));
    }
}
