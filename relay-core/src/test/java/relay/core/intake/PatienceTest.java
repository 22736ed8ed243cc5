package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.event.RelayEvent.LimitReached;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.IntakeInput.ShuttingDown.Patience;
import relay.core.intake.IntakeOutput.Announce;
import relay.core.intake.IntakeOutput.Close;
import relay.core.intake.IntakeOutput.Commit;
import relay.core.intake.IntakeOutput.Pause;
import relay.core.intake.IntakeOutput.Say;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueId;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.smtp.CommandParser;
import relay.core.smtp.DataDecoder;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;

/// What a client may use up of our patience, and what it costs then.
class PatienceTest {
    private static final int UNPUNISHED = 4;
    private static final Evidence.Encrypted TLS =
            new Evidence.Encrypted(
                    Evidence.TlsVersion.TLS_1_3,
                    "TLS_AES_128_GCM_SHA256",
                    "",
                    new Evidence.ChainVerdict.Untrusted(""),
                    Set.of(),
                    List.of());

    private final IntakeSession session =
            new IntakeSession(
                    new IntakeRules(
                            Fixtures.HOSTNAME,
                            Fixtures.receiveConnector(
                                    "internal",
                                    Fixtures.loopback(TlsMode.STARTTLS),
                                    RequireTls.NO,
                                    Fixtures.LIMITS,
                                    "127.0.0.1"),
                            IntakeRules.StartTls.OFFERED),
                    InetAddress.ofLiteral("127.0.0.1"),
                    Fixtures::policy,
                    () -> new QueueId(1),
                    InstantSource.system(),
                    () -> "nonce",
                    MessageGate.OPEN);

    @BeforeEach
    void greet() {
        session.on(new IntakeInput.Connected(new Evidence.Plaintext(Shortfall.NOT_OFFERED, "")));
        say("EHLO client.example.org");
    }

    @Test
    void theFifthErrorInARowAndEachAfterItCostAPause() {
        for (int error = 1; error <= 8; error++) {
            assertThat(costsAPause(say("NONSENSE"))).as("error %s", error).isEqualTo(error >= 5);
        }
        assertThat(costsAPause(say("NOOP"))).isFalse();
        assertThat(costsAPause(say("NONSENSE"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "500, true, NONSENSE",
        "501, true, HELO",
        "502, true, EXPN list",
        "503, true, RCPT TO:<b@bank.example>",
        "530, true, MAIL FROM:<a@secret.example>",
        "555, true, MAIL FROM:<a@example.net> BY=1",
        "252, false, VRFY b",
        "550, false, XCLIENT ADDR=192.0.2.7",
        "552, false, MAIL FROM:<a@example.net> SIZE=99999999",
        "553, false, MAIL FROM:<j\u00f6rg@example.net>",
    })
    void whatIsSaidBadlyIsAnErrorAndWhatIsRefusedForAReasonIsNone(
            int code, boolean error, String command) {
        // Given a client that has made as many errors as cost nothing.
        makeErrors();

        // When it gets this reply, then that is one more, or the row is over.
        List<IntakeOutput> outputs = say(command);
        assertThat(said(outputs)).startsWith(code + " ");
        assertThat(costsAPause(outputs)).isEqualTo(error);
    }

    @Test
    void aMessageThatIsTakenEndsARowOfErrors() {
        begin();
        makeErrors();
        say("DATA");
        finish();
        assertThat(costsAPause(say("NONSENSE"))).isFalse();
    }

    @Test
    void aHandshakeEndsARowOfErrors() {
        makeErrors();
        say("STARTTLS");
        session.on(new IntakeInput.TlsEstablished(TLS));
        assertThat(costsAPause(say("NONSENSE"))).isFalse();
    }

    @Test
    void whenTheTimeIsUpAClientWithNothingUnderWayHasToGo() {
        // Given a client with nothing under way, when its time is up, then it has to go.
        List<IntakeOutput> idle = session.on(new IntakeInput.TimeUp(Patience.MAY_FINISH));
        assertThat(said(idle)).startsWith("421 4.4.2 Connected for long enough");
        assertThat(idle).contains(new Close());
        assertThat(limits(idle)).containsExactly(Limit.CONNECTION_TIME);
    }

    @Test
    void whenTheTimeIsUpAMessageThatIsOnItsWayMayCome() {
        begin();
        say("DATA");
        assertThat(session.on(new IntakeInput.TimeUp(Patience.MAY_FINISH))).isEmpty();
        List<IntakeOutput> end = finish();
        assertThat(said(end)).startsWith("250 2.0.0 queued as");
        assertThat(end).contains(new Close());
    }

    @Test
    void afterTwiceTheTimeNoMessageMayCome() {
        begin();
        say("DATA");
        List<IntakeOutput> end = session.on(new IntakeInput.TimeUp(Patience.NO_MORE));
        assertThat(said(end)).startsWith("421 4.4.2");
        assertThat(limits(end)).containsExactly(Limit.CONNECTION_TIME);
    }

    @Test
    void recipientsBeyondTheLimitAreRefusedEachAndToldOncePerMessage() {
        for (int message = 0; message < 2; message++) {
            // Given a message that has as many recipients as it may.
            say("RSET");
            say("MAIL FROM:<a@example.net>");
            for (int i = 0; i < Fixtures.LIMITS.maxRecipientsPerMessage(); i++) {
                assertThat(said(rcpt("b" + i))).startsWith("250");
            }

            // When there are more, then each is refused, and the first alone is news.
            for (int i = 0; i < 3; i++) {
                List<IntakeOutput> outputs = rcpt("c" + i);
                assertThat(said(outputs)).startsWith("452 4.5.3");
                assertThat(limits(outputs))
                        .isEqualTo(i == 0 ? List.of(Limit.RECIPIENTS) : List.of());
            }
        }
    }

    private List<IntakeOutput> rcpt(String localPart) {
        return say("RCPT TO:<" + localPart + "@bank.example>");
    }

    private void makeErrors() {
        for (int i = 0; i < UNPUNISHED; i++) say("NONSENSE");
    }

    private void begin() {
        say("MAIL FROM:<a@example.net>");
        rcpt("b");
    }

    /// What ends the message, whose content has begun.
    private List<IntakeOutput> finish() {
        var decoder = new DataDecoder();
        decoder.decode(new byte[] {'.', '\r', '\n'}, 0, 3);
        Commit commit = (Commit) session.on(new IntakeInput.EndOfData(decoder.facts())).getFirst();
        return session.on(
                new IntakeInput.CommitEnded(commit.message(), new CommitResult.Committed()));
    }

    private List<IntakeOutput> say(String line) {
        return session.on(new IntakeInput.Spoken(CommandParser.parse(line)));
    }

    private static boolean costsAPause(List<IntakeOutput> outputs) {
        return outputs.contains(new Pause(Fixtures.CONDUCT.tarpitInterval()));
    }

    private static String said(List<IntakeOutput> outputs) {
        return outputs.stream()
                .filter(Say.class::isInstance)
                .map(output -> ((Say) output).reply().toString())
                .findFirst()
                .orElseThrow();
    }

    private static List<Limit> limits(List<IntakeOutput> outputs) {
        return outputs.stream()
                .filter(Announce.class::isInstance)
                .map(output -> ((Announce) output).event())
                .filter(LimitReached.class::isInstance)
                .map(event -> ((LimitReached) event).limit())
                .toList();
    }
}
