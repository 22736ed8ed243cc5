package relay.server.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.delivery.TranscriptLine;
import relay.core.delivery.TranscriptLine.Kind;
import relay.core.event.RelayEvent;
import relay.server.testing.Samples;

@Timeout(60)
class ProtocolLogTest {
    private static final String TODAY = LiveFile.day(Samples.NOON) + ".jsonl";
    private static final TrackingLimits LIMITS =
            new TrackingLimits(Duration.ofDays(30), 64L << 20, 8L << 20, 4);

    @TempDir Path data;
    private final List<RelayEvent> troubles = new CopyOnWriteArrayList<>();

    private static TranscriptLine line(Kind kind, String text) {
        return new TranscriptLine(
                Samples.NOON, "bank", "4f2a91c0", "mx.bank.example[192.0.2.7]:25", kind, text);
    }

    private ProtocolLog log(Path folder) {
        return new ProtocolLog(folder, LIMITS, () -> Samples.NOON, troubles::add);
    }

    @Test
    void aLineOfADialogueIsALineOfTheDaysFile() throws IOException {
        Path folder = data.resolve(ProtocolLog.FOLDER);
        try (var log = log(folder)) {
            log.write(
                    List.of(
                            line(Kind.SENT, "EHLO \u00fc"),
                            line(Kind.RECEIVED, "250 \\x1b \"hi\"")));
        }

        assertThat(Files.readAllLines(folder.resolve(TODAY)))
                .filteredOn(line -> line.contains("bank"))
                .containsExactly(
                        "{\"time\":\"2026-11-23T12:00:00.000Z\",\"event\":\">\",\"connector\":\"bank\","
                                + "\"session\":\"4f2a91c0\",\"host\":\"mx.bank.example[192.0.2.7]:25\","
                                + "\"text\":\"EHLO \\u00FC\"}",
                        "{\"time\":\"2026-11-23T12:00:00.000Z\",\"event\":\"<\",\"connector\":\"bank\","
                                + "\"session\":\"4f2a91c0\",\"host\":\"mx.bank.example[192.0.2.7]:25\","
                                + "\"text\":\"250 \\\\x1b \\\"hi\\\"\"}");
        assertThat(troubles).isEmpty();
    }

    @Test
    void aDiskThatFailsKeepsNobodyWaitingAndIsToldOnce() throws IOException {
        // Given a log that cannot be written, since a file has the place of its folder.
        Path folder = data.resolve(ProtocolLog.FOLDER);
        Files.writeString(folder, "in the way");
        try (var log = log(folder)) {
            log.write(List.of(line(Kind.SENT, "EHLO")));
            await().atMost(Duration.ofSeconds(10)).until(() -> !troubles.isEmpty());

            // When more is said than can wait, then nobody waits.
            for (int i = 0; i < 100; i++) log.write(List.of(line(Kind.SENT, "NOOP")));
            Files.delete(folder);
            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(folder.resolve(TODAY)));
        }

        // Then what could wait is there, and how much could not.
        assertThat(Files.readString(folder.resolve(TODAY))).contains("\"lost\":");
        assertThat(troubles)
                .filteredOn(trouble -> trouble.toString().contains("protocol log cannot be"))
                .hasSize(1);
    }

    @Test
    void withoutALineThereIsNoFolder() {
        ProtocolLog.in(data, Duration.ofDays(1), 64L << 20, () -> Samples.NOON, troubles::add)
                .close();
        assertThat(data).isEmptyDirectory();
    }
}
