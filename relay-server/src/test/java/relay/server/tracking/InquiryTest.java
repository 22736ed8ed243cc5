package relay.server.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.server.testing.Samples;
import relay.server.tracking.Inquiry.Form;
import relay.server.tracking.LogFolder.Answer;

@Timeout(60)
class InquiryTest {
    private static final Instant DAY_ONE = Samples.NOON;
    private static final Instant DAY_TWO = Samples.NOON.plus(Duration.ofDays(1));

    @TempDir Path data;

    private LogFolder log;

    /// Day one, compressed by now: Bob gets a message. Day two, still open: Carol and somebody in a
    /// subdomain get one each.
    @BeforeEach
    void write() {
        log = new LogFolder(data);
        var bob = TrackedSamples.entry(1, Samples.BANK, "Bob@bank.example");
        log.write(List.of(TrackedSamples.received(bob), TrackedSamples.delivered(bob, DAY_ONE)));
        log.now = DAY_TWO;
        var carol = TrackedSamples.entry(2, Samples.BANK, "carol@bank.example");
        var deep = TrackedSamples.entry(3, Samples.FILTER, "x@deep.bank.example");
        try (TrackingLog open = log.open()) {
            open.on(TrackedSamples.delivered(carol, DAY_TWO));
            open.on(TrackedSamples.delivered(deep, DAY_TWO));
            await().until(() -> log.files().contains("2026-11-23.0001.jsonl.gz"));
        }
    }

    @Test
    void recordsComeInTheOrderOfTimeFromCompressedAndOpenDaysAlike() throws IOException {
        // Given two days, when everything is asked for, then the newest is last.
        var answer = log.records(LogFolder.all(), Form.JSON);
        assertThat(answer.out().stream().map(line -> TrackedRecord.parse(line).event()))
                .containsExactly(
                        "START", "RECEIVE", "SEND", "STOP", "START", "SEND", "SEND", "STOP");
        assertThat(log.files()).contains("2026-11-23.0001.jsonl.gz", "2026-11-24.jsonl");
        assertThat(answer.notes()).isEmpty();
    }

    @Test
    void recipientsAreAskedForByAddressByDomainOrWithSubdomains() throws IOException {
        // Given mail for three, when they are asked for, then local parts have no case.
        assertThat(ids("bob@BANK.example")).containsExactly("10000000001", "10000000001");
        assertThat(ids("bank.example"))
                .containsExactly("10000000001", "10000000001", "10000000002");
        assertThat(ids("*.bank.example")).hasSize(4).endsWith("10000000003");
        assertThat(ids("ank.example")).isEmpty();
    }

    @Test
    void thePeriodBeginsAtItsStartAndEndsBeforeItsEnd() throws IOException {
        // Given records of noon, when periods that touch noon are asked for.
        Instant noon = DAY_TWO;

        // Then noon belongs to the one that begins with it.
        assertThat(sends(noon, noon.plusMillis(1))).isEqualTo(2);
        assertThat(sends(noon.minusSeconds(60), noon)).isZero();
        assertThat(sends(DAY_ONE, noon)).isEqualTo(1);
    }

    @Test
    void senderConnectorEventAndIdNarrowTheAnswer() throws IOException {
        // Given all of it, when one thing more is asked for, then only what has it is printed.
        assertThat(found("send", "", "", "")).isEqualTo(3);
        assertThat(found("", "alice@sender.example", "", "")).isEqualTo(4);
        assertThat(found("", "sender.example", "", "")).isEqualTo(4);
        assertThat(found("", "nobody@sender.example", "", "")).isZero();
        assertThat(found("", "", "filter", "")).isEqualTo(1);
        assertThat(found("", "", "internal", "")).isEqualTo(4);
        assertThat(found("", "", "", "10000000001")).isEqualTo(2);
        assertThat(found("SEND", "", "", "10000000001/0")).isEqualTo(1);
        assertThat(found("", "", "", "10000000001/1")).isZero();
    }

    @Test
    void whatMeansNothingIsRefusedInWords() {
        // Given questions that mean nothing, when they are asked, then one sentence says why.
        assertThatThrownBy(() -> found("SENT", "", "", ""))
                .isInstanceOf(BadSelectionException.class)
                .hasMessage(
                        "no such event: SENT (RECEIVE, SEND, DEFER, FAIL, DSN, DROP, REDIRECT,"
                                + " RESUBMIT, START, STOP, GAP)");
        assertThatThrownBy(() -> found("", "", "", "not-an-id!")).hasMessageContaining("queue id");
        assertThatThrownBy(() -> ids("a@b@")).hasMessageContaining("neither a mail address");
    }

    @Test
    void aLineForPeopleHasTheWordsOfTheLog() throws IOException {
        // Given a delivery, when it is printed, then everything is on one line.
        var answer = log.records(LogFolder.to("carol@bank.example"), Form.TEXT);
        assertThat(answer.out())
                .containsExactly(
                        "2026-11-24T12:00:00.000Z SEND queue=10000000002"
                                + " from=<alice@sender.example> to=<carol@bank.example>"
                                + " relay=mx.bank.example[192.0.2.7]:25 lane=bank/bank.example"
                                + " tls=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 group=X25519"
                                + " certificate=trusted sha256="
                                + TrackedSamples.FINGERPRINT
                                + " verified=name demands=\"name mx.bank.example (connector bank)\""
                                + " attempts=0 dsn=2.0.0 reply=\"250 2.0.0 Ok: queued as 7F3A\"");
    }

    @Test
    void damagedLinesAreNamedAndTheRestIsPrinted() throws IOException {
        // Given a line that somebody has changed, and one that is no JSON though it looks so.
        Path live = log.folder.resolve("2026-11-24.jsonl");
        List<String> lines = new ArrayList<>(Files.readAllLines(live));
        lines.add(1, "what is this?");
        lines.add(2, lines.getLast().replace("}", ",}"));
        Files.write(live, lines);

        // When it is asked for, then the rest comes, and both are named.
        Answer answer = log.records(LogFolder.all(), Form.JSON);
        assertThat(answer.out()).hasSize(8);
        assertThat(answer.result().damaged()).isEqualTo(2);
        assertThat(answer.notes().get(0)).isEqualTo("2026-11-24.jsonl:2: not a record, or cut off");
        assertThat(answer.notes().get(1)).startsWith("2026-11-24.jsonl:3: not a record: ");
    }

    @Test
    void aCompressedPartThatIsCutOffIsReadAsFarAsItGoes() throws IOException {
        // Given an archive that lost its end.
        Path archive = log.folder.resolve("2026-11-23.0001.jsonl.gz");
        byte[] whole = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(whole, whole.length - 20));

        // When it is asked for, then the next day is read all the same.
        Answer answer = log.records(LogFolder.to("carol@bank.example"), Form.JSON);
        assertThat(answer.out()).hasSize(1);
        assertThat(answer.notes())
                .hasSize(1)
                .first()
                .asString()
                .contains("cannot be read any further");
        assertThat(answer.result().damaged()).isEqualTo(1);
    }

    @Test
    void whileAFileIsRenamedAndCompressedNothingIsReadTwiceOrMissed() throws IOException {
        // Given a reader that has opened the log, and a live file that is then finished.
        Selection wanted = LogFolder.all();
        try (LogReader reader = LogReader.open(log.folder, wanted.start(), wanted.end())) {
            log.now = DAY_TWO.plus(Duration.ofDays(1));
            log.writeUntilArchived(List.of(), "2026-11-24.0001.jsonl.gz");

            // When it reads, twice, then it has the log as it was.
            assertThat(count(reader, wanted)).isEqualTo(8);
            assertThat(count(reader, wanted)).isEqualTo(8);
        }
    }

    @Test
    void withoutALogOneLineSaysSo(@TempDir Path empty) throws IOException {
        // Given a folder without a log, when it is asked, then there is no error.
        var answer = new LogFolder(empty).records(LogFolder.all(), Form.TEXT);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.result()).isEqualTo(new Inquiry.Result(0, 0));
        assertThat(answer.notes()).hasSize(2).last().asString().endsWith("is empty");
    }

    private static long count(LogReader reader, Selection wanted) {
        long[] records = {0};
        reader.read(
                RecordFilter.of(wanted),
                new LogReader.Visitor() {
                    @Override
                    public void record(TrackedRecord record) {
                        records[0]++;
                    }

                    @Override
                    public void gap(TrackedRecord gap) {}

                    @Override
                    public void damaged(String place, String what) {
                        throw new AssertionError(place + ": " + what);
                    }
                });
        return records[0];
    }

    private List<String> ids(String recipient) throws IOException {
        return log.records(LogFolder.to(recipient), Form.JSON).out().stream()
                .map(line -> TrackedRecord.parse(line).text("id"))
                .toList();
    }

    private long sends(Instant start, Instant end) throws IOException {
        var wanted = new Selection(start, end, "SEND", "", "", "", "");
        return log.records(wanted, Form.JSON).result().found();
    }

    private long found(String event, String sender, String connector, String id)
            throws IOException {
        Selection all = LogFolder.all();
        var wanted = new Selection(all.start(), all.end(), event, sender, "", connector, id);
        return log.records(wanted, Form.JSON).result().found();
    }
}
