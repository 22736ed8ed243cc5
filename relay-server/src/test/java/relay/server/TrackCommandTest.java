package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.event.RelayEvent;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet.Shortfall;
import relay.server.cli.Actions;
import relay.server.cli.Problem;
import relay.server.cli.RelayCommandLine;
import relay.server.cli.Terminal;
import relay.server.testing.CapturedTerminal;
import relay.server.testing.Samples;
import relay.server.tracking.Inquiry;
import relay.server.tracking.TrackingLog;
import tools.jackson.databind.json.JsonMapper;

/// `relay track` and the log together: what an administrator and an auditor see.
@Timeout(60)
class TrackCommandTest {
    private static final Path BROKEN = Path.of("broken");

    @TempDir Path data;

    private CapturedTerminal printed = new CapturedTerminal();

    @BeforeEach
    void write() {
        var entry = Samples.entry(1, Samples.BANK, Samples.mailbox("b\u202eob", "bank.example"));
        var clear = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "no STARTTLS in EHLO");
        var proof = new TlsProof("mx[192.0.2.7]:25", List.of(), clear);
        var reply = new Reply(250, List.of("2.0.0 Ok"));
        try (var log =
                TrackingLog.in(
                        data,
                        Duration.ofDays(30),
                        64 << 20,
                        () -> Samples.NOON,
                        trouble -> {
                            throw new AssertionError(trouble);
                        })) {
            log.start();
            log.on(new RelayEvent.Delivered(entry, entry.recipients(), reply, proof, Samples.NOON));
        }
    }

    @Test
    void withoutArgumentsItPrintsTheLastDaySafely() {
        // Given a delivery of noon to an address that turns the text, when it is asked for an hour
        // later.
        int status = run("track");

        // Then each record is a line, and none steers the terminal.
        assertThat(status).isZero();
        assertThat(printed.out().lines()).hasSize(3);
        assertThat(printed.out()).contains(" SEND queue=").contains("<b\uFFFDob@bank.example>");
        assertThat(printed.err()).isEmpty();
    }

    @Test
    void jsonIsTheRecordAsItStandsInTheLog() {
        // Given the same, when it is asked for as JSON, then each line is an object.
        assertThat(run("track", "--json", "--event", "send")).isZero();
        var record = JsonMapper.shared().readTree(printed.out());
        assertThat(record.path("recipients").get(0).asString()).isEqualTo("b\u202eob@bank.example");
    }

    @Test
    void theProofComesInThreeForms() {
        // Given the same, when its proof is asked for.
        run("track", "--proof", "--domain", "bank.example");
        run("track", "--proof", "--recipient", "*.bank.example", "--format", "csv");
        run("track", "--proof", "--format", "json");

        // Then each is there.
        assertThat(printed.out())
                .contains("TRANSPORT ENCRYPTION OF SENT MAIL")
                .contains("# in clear: 1")
                .contains("{\"statement\":{");
        assertThat(printed.err()).isEmpty();
    }

    @Test
    void aProofStatesNothingOfTheFuture() {
        // Given a period that is not over, when its proof is asked for, then it ends now.
        run("track", "--proof", "--start", "2026-11-23T12:00:00Z", "--end", "2026-11-24");
        assertThat(printed.out())
                .contains("until before 2026-11-23T13:00:00.000Z\nrecord         complete");
    }

    @Test
    void nothingFoundIsNoErrorAndSaidOnStandardError() {
        // Given a period without mail, when it is asked for, then standard output is empty.
        int status = run("track", "--start", "2026-11-24", "--end", "2026-11-25");
        assertThat(status).isZero();
        assertThat(printed.out()).isEmpty();
        assertThat(printed.err())
                .isEqualTo(
                        "no such record from 2026-11-24T00:00:00.000Z to"
                                + " 2026-11-25T00:00:00.000Z\n");
    }

    @Test
    void wrongArgumentsAreStatusTwoWithOneError() {
        // Given questions that mean nothing.
        List<List<String>> wrong =
                List.of(
                        List.of("--start", "yesterday"),
                        List.of("--end", "2026-13-01"),
                        List.of("--start", "2026-11-24", "--end", "2026-11-23"),
                        List.of("--event", "SENT"),
                        List.of("--id", "-"),
                        List.of("--recipient", "a b@c d"),
                        List.of("--domain", "bob@bank.example"),
                        List.of("--recipient", "a@b.example", "--domain", "b.example"),
                        List.of("--format", "csv"),
                        List.of("--proof", "--format", "pdf"),
                        List.of("--proof", "--format", "csv", "--json"),
                        List.of("--proof", "--event", "SEND"));
        for (List<String> arguments : wrong) {
            // When they are asked.
            printed = new CapturedTerminal();
            var all = new ArrayList<>(List.of("track"));
            all.addAll(arguments);
            int status = run(all.toArray(String[]::new));

            // Then one line says why.
            assertThat(status).as("%s", arguments).isEqualTo(2);
            assertThat(printed.out()).as("%s", arguments).isEmpty();
            assertThat(printed.err()).as("%s", arguments).matches("relay: [^\n]+\n");
        }
    }

    @Test
    void aDamagedLogIsStatusOneWithItsPlace() throws IOException {
        // Given a line that somebody has spoilt, when the log is asked, then the rest is printed.
        Path file = data.resolve("tracking").resolve("2026-11-23.jsonl");
        Files.writeString(file, Files.readString(file) + "{\"time\":\"20");
        int status = run("track");
        assertThat(status).isEqualTo(1);
        assertThat(printed.out().lines()).hasSize(3);
        assertThat(printed.err())
                .isEqualTo(
                        """
                        2026-11-23.jsonl:4: not a record, or cut off
                        relay: the log cannot be read in 1 place
                        """);
    }

    @Test
    void aBrokenConfigurationIsStatusOne() {
        // Given errors in the files, when the log is asked, then they are named.
        assertThat(run("track", "--conf", BROKEN.toString())).isEqualTo(1);
        assertThat(printed.err()).isEqualTo("relay.yaml: broken\n");
    }

    @Test
    void helpNamesEveryOption() {
        // Given somebody new, when help is asked for, then it is data.
        assertThat(run("track", "--help")).isZero();
        assertThat(printed.out())
                .contains("--start", "--recipient", "--proof", "--format=text|csv|json");
    }

    private int run(String... arguments) {
        var actions =
                new Actions(
                        _ -> List.of(),
                        _ -> List.of(),
                        (_, _, _) -> new Actions.CheckedQueue.Sound(),
                        (_, _, _, _) -> new Actions.Explanation.BadQuestion(""),
                        _ -> new Actions.AdminPlace.BadConfiguration(List.of()),
                        (conf, request, out, notes) ->
                                conf.equals(BROKEN)
                                        ? new Actions.Tracked.BadConfiguration(
                                                List.of(
                                                        new Problem(
                                                                "relay.yaml", 0, 0, "broken", "")))
                                        : Tracks.answer(new Inquiry(data, out, notes), request),
                        (_, _) -> new Actions.Verified.BadDomain(""),
                        _ -> List.of(),
                        "0.1.0");
        return new RelayCommandLine(
                        actions,
                        printed.terminal(Terminal.UNLIMITED),
                        () -> Samples.NOON.plus(Duration.ofHours(1)))
                .run(arguments);
    }
}
