package relay.server.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.smtp.Reply;
import relay.server.testing.Samples;
import relay.server.tracking.Inquiry.Form;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class ProofTest {
    private static final Selection BANK =
            new Selection(
                    Samples.NOON,
                    Instant.parse("2026-11-24T00:00:00Z"),
                    "",
                    "",
                    "bank.example",
                    "",
                    "");

    @TempDir Path data;

    private LogFolder log;

    /// Of five messages with recipients at the bank one went out encrypted (and one copy of it to
    /// somebody else's domain), one in clear, one failed, one waits after a try, and one behind a
    /// lane that rests.
    @BeforeEach
    void write() {
        log = new LogFolder(data);
        QueueEntry sent =
                TrackedSamples.entry(1, Samples.FILTER, "bob@bank.example", "x@other.example");
        QueueEntry clear = TrackedSamples.entry(2, Samples.BANK, "carol@bank.example");
        QueueEntry failed = TrackedSamples.entry(3, Samples.BANK, "nobody@bank.example");
        QueueEntry tried = TrackedSamples.entry(4, Samples.BANK, "dan@bank.example");
        QueueEntry untried = TrackedSamples.entry(5, Samples.BANK, "eve@bank.example");
        QueueEntry notice = TrackedSamples.entry(6, Samples.FILTER, "alice@sender.example");
        var no = Diagnostic.said(new Reply(550, List.of("5.1.1 =cmd, \"no\"")), "RCPT TO", "mx");
        log.write(
                List.of(
                        // A delivery may be told before the reception.
                        TrackedSamples.delivered(sent, Samples.NOON),
                        TrackedSamples.received(sent),
                        TrackedSamples.received(clear),
                        TrackedSamples.deliveredInClear(clear, Samples.NOON),
                        TrackedSamples.received(failed),
                        TrackedSamples.bounced(failed, no, notice),
                        TrackedSamples.received(tried),
                        new RelayEvent.Deferred(
                                tried,
                                tried.recipients(),
                                Samples.unmetDemand(),
                                Samples.NOON,
                                RelayEvent.Deferred.Certainty.NOT_DELIVERED),
                        TrackedSamples.received(untried),
                        new RelayEvent.LaneFailed(
                                Samples.BANK, Samples.unmetDemand(), Samples.NOON, 1)));
    }

    @Test
    void theTextStatesWhatWentOutHowAndWhatDidNot() throws IOException {
        // Given a partner's day, when its proof is asked for.
        var answer = log.proof(BANK, Form.TEXT);

        // Then the statement is at the top, and each delivery below it.
        String text = String.join("\n", answer.out());
        assertThat(text)
                .startsWith(
                        """
                        TRANSPORT ENCRYPTION OF SENT MAIL

                        to             bank.example
                        period         from 2026-11-23T12:00:00.000Z until before 2026-11-24T00:00:00.000Z
                        record         complete

                        sent           2 messages, 2 deliveries, 2 recipients
                        encrypted      1 delivery
                          demanded     1 x name mx.bank.example (connector bank)
                          protocol     1 x TLSv1.3
                        """)
                .contains(
                        """
                        in clear       1 delivery
                        failed         1 recipient
                        waiting        2 recipients

                        SENT IN CLEAR

                        2026-11-23T12:00:00.000Z  10000000002
                          from         <alice@sender.example>
                          to           <carol@bank.example>
                          host         mx[192.0.2.9]:25
                          tls          none: not-offered no STARTTLS in EHLO
                        """)
                .contains("  sha256       " + TrackedSamples.FINGERPRINT)
                .contains(
                        "  demanded     name mx.bank.example (connector bank), met by"
                                + " mx.bank.example")
                .contains("NOT SENT: FAILED\n\n2026-11-23T12:00:00.000Z  10000000003")
                .contains(
                        "  to           <dan@bank.example>\n  why          a TLS demand was not met")
                .contains(
                        "  to           <eve@bank.example>\n  why          a TLS demand was not met");
        assertThat(answer.notes()).isEmpty();
    }

    @Test
    void recipientsOfOthersAreNobodysBusiness() throws IOException {
        // Given a delivery to two partners at once, when one of them asks, then the other is not
        // named.
        for (Form form : Form.values()) {
            assertThat(String.join("\n", log.proof(BANK, form).out()))
                    .contains("bob@bank.example")
                    .doesNotContain("other.example");
        }
    }

    @Test
    void asCsvItHasARowForEachAndNothingThatASpreadsheetComputes() throws IOException {
        // Given the same day, when it is asked for as CSV.
        List<String> lines = log.proof(BANK, Form.CSV).out();

        // Then the statement stands in comments, and every row has every column.
        assertThat(lines.stream().filter(line -> line.startsWith("# ")))
                .contains("# to: bank.example", "# record: complete", "# in clear: 1");
        List<String> rows = lines.stream().filter(line -> !line.startsWith("#")).toList();
        assertThat(rows.stream().map(row -> row.substring(0, row.indexOf(','))))
                .containsExactly(
                        "outcome", "encrypted", "in clear", "failed", "waiting", "waiting");
        assertThat(rows.get(0).split(",", -1)).hasSize(23);
        assertThat(rows.get(4).split(",", -1)).hasSize(23);
        assertThat(rows.get(3)).contains(",\"550 5.1.1 =cmd, \"\"no\"\"\",");
    }

    @Test
    void asJsonAProgramCanReadIt() throws IOException {
        // Given the same day, when it is asked for as JSON.
        JsonNode proof =
                JsonMapper.shared().readTree(String.join("\n", log.proof(BANK, Form.JSON).out()));

        // Then statement and deliveries can be found.
        JsonNode statement = proof.path("statement");
        assertThat(statement.path("complete").booleanValue()).isTrue();
        assertThat(statement.path("encrypted").asInt()).isEqualTo(1);
        assertThat(statement.path("inClear").asInt()).isEqualTo(1);
        assertThat(statement.path("waitingFor").size()).isEqualTo(2);
        assertThat(proof.path("deliveries").size()).isEqualTo(3);
        assertThat(proof.path("deliveries").get(0).path("outcome").asString())
                .isEqualTo("encrypted");
        assertThat(
                        proof.path("deliveries")
                                .get(0)
                                .path("tls")
                                .path("certificate")
                                .path("sha256")
                                .asString())
                .isEqualTo(TrackedSamples.FINGERPRINT);
    }

    @Test
    void aGapOrALateBeginningMakesTheStatementIncomplete() throws IOException {
        // Given a relay that was killed in the period, started again only days later, and a period
        // that begins before the log.
        Path live = log.folder.resolve("2026-11-23.jsonl");
        String written = Files.readString(live);
        Files.writeString(live, written.substring(0, written.lastIndexOf("{\"time\"")));
        log.now = Instant.parse("2026-11-27T08:00:00Z");
        log.write(List.of());
        var early =
                new Selection(
                        Instant.parse("2026-11-22T00:00:00Z"),
                        BANK.end(),
                        "",
                        "",
                        BANK.recipient(),
                        "",
                        "");

        // When the proof is asked for, then it says what it does not know.
        assertThat(String.join("\n", log.proof(early, Form.TEXT).out()))
                .contains(
                        """
                        record         NOT COMPLETE
                                       the log begins at 2026-11-23T12:00:00.000Z: of the time before, nothing is known
                                       the log has a gap from 2026-11-23T12:00:00.000Z to 2026-11-27T08:00:00.000Z:\
                         the relay did not stop in good order: its last records may be missing
                        """);
    }

    @Test
    void aDamagedLogMakesTheStatementIncomplete() throws IOException {
        // Given a line that cannot be read, when the proof is asked for.
        Path live = log.folder.resolve("2026-11-23.jsonl");
        Files.writeString(live, Files.readString(live).replaceFirst("\n", "\nrubbish\n"));
        var answer = log.proof(BANK, Form.TEXT);

        // Then it says so, names the place once, and is no success.
        assertThat(answer.out())
                .anyMatch(line -> line.endsWith("1 place of the log cannot be read"));
        assertThat(answer.notes()).containsExactly("2026-11-23.jsonl:2: not a record, or cut off");
        assertThat(answer.result().damaged()).isEqualTo(1);
    }

    @Test
    void ofAPartnerWithoutMailItStatesThat() throws IOException {
        // Given a partner to whom nothing went, when its proof is asked for, then there is one.
        var nobody = new Selection(BANK.start(), BANK.end(), "", "", "nobody.example", "", "");
        assertThat(log.proof(nobody, Form.TEXT).out())
                .contains("sent           0 messages, 0 deliveries, 0 recipients");
    }
}
