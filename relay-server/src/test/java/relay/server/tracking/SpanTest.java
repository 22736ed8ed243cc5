package relay.server.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.server.testing.Samples;
import relay.server.tracking.Inquiry.Form;
import relay.server.tracking.LogFolder.Answer;

/// A compressed part says of which time it is, and is read for questions about that time alone.
class SpanTest {
    private static final Instant NOON = Samples.NOON;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String PART = "2026-11-23.0001.jsonl.gz";

    @TempDir Path data;

    private LogFolder log;

    @BeforeEach
    void open() throws IOException {
        log = new LogFolder(data);
        Files.createDirectories(log.folder);
    }

    @Test
    void aPartOfAnotherTimeIsNotReadAndOneOfTheTimeIs() throws IOException {
        // Given a part with records of an hour, in which nothing can be read any more.
        archive(mark(NOON), mark(NOON.plus(HOUR)));
        Path part = log.folder.resolve(PART);
        byte[] whole = Files.readAllBytes(part);
        Files.write(part, Arrays.copyOf(whole, 90));

        // Then a question about its time comes upon the damage, and one about another does not.
        Instant last = NOON.plus(HOUR);
        assertThat(ask(NOON.minus(HOUR), NOON).result().damaged()).isZero();
        assertThat(ask(NOON.minus(HOUR), NOON.plusMillis(1)).result().damaged()).isOne();
        assertThat(ask(last, last.plus(HOUR)).result().damaged()).isOne();
        assertThat(ask(last.plusMillis(1), last.plus(HOUR)).result().damaged()).isZero();
    }

    @Test
    void recordsOutOfOrderAreFound() throws IOException {
        // Given a clock that was set back by hours amidst a part.
        archive(mark(NOON), mark(NOON.plus(HOUR)), mark(NOON.minus(HOUR)), mark(NOON));
        assertThat(ask(NOON.minus(HOUR), NOON).out()).hasSize(1);
        assertThat(ask(NOON.plus(HOUR), NOON.plus(HOUR).plusMillis(1)).out()).hasSize(1);
    }

    @Test
    void aGapIsToldOfByThePartThatCameAfterIt() throws IOException {
        archive(LogLine.crashed(NOON.plus(HOUR), NOON), mark(NOON.plus(HOUR)));
        assertThat(ask(NOON.minus(HOUR), NOON).notes()).noneMatch(note -> note.contains("gap"));
        assertThat(ask(NOON, NOON.plusMillis(1)).notes()).anyMatch(note -> note.contains("gap"));
    }

    @Test
    void aPartWithDamagedLinesOrOfAnOlderRelayIsAlwaysRead() throws IOException {
        archive(mark(NOON), RecordShape.ascii("what is this?\n"));
        assertThat(Span.read(log.folder.resolve(PART))).isEmpty();
        assertThat(ask(NOON.minus(HOUR), NOON).result().damaged()).isOne();
    }

    @Test
    void otherProgramsReadThePartAsBefore() throws Exception {
        archive(mark(NOON), mark(NOON.plus(HOUR)));
        var gzip = new ProcessBuilder("gzip", "-dc", PART).directory(log.folder.toFile()).start();
        try (var reader = gzip.inputReader()) {
            assertThat(reader.lines().toList()).isEqualTo(log.lines(PART)).hasSize(2);
        }
        assertThat(gzip.waitFor()).isZero();
        assertThat(Span.read(log.folder.resolve(PART)))
                .hasValue(new Span("2026-11-23T12:00:00.000Z", "2026-11-23T13:00:00.000Z"));
    }

    private static byte[] mark(Instant time) {
        return LogLine.mark(time, LogLine.START);
    }

    /// Has the next run of a relay compress a part with these lines.
    private void archive(byte[]... lines) throws IOException {
        var part = new ByteArrayOutputStream();
        for (byte[] line : lines) part.writeBytes(line);
        Files.write(log.folder.resolve("2026-11-23.0001.jsonl"), part.toByteArray());
        log.now = NOON.plus(Duration.ofDays(9));
        log.writeUntilArchived(List.of(), PART);
    }

    private Answer ask(Instant start, Instant end) throws IOException {
        return log.records(new Selection(start, end, "", "", "", "", ""), Form.JSON);
    }
}
