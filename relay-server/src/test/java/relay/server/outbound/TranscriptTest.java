package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.delivery.TranscriptLine;
import relay.core.delivery.TranscriptLine.Kind;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.QueueEntry;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.ProtocolLogging;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.tls.TlsDemand;
import relay.server.outbound.ScriptedPartner.Script;
import relay.server.outbound.ScriptedPartner.Wire;
import relay.server.outbound.TestCertificates.Identity;

/// What is written down of real dialogues, and what never is.
@Timeout(60)
class TranscriptTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final Identity CERTIFICATE = CERTIFICATES.named(Outbound.HOST);
    private static final String USER = "relay-user";
    private static final String PASSWORD = "s3cret-word";
    private static final String BODY = "Subject: for your eyes\r\n\r\nthe body of it all\r\n";

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    static HostPlan logged(HostPlan plain, ProtocolLogging level) {
        Caller usual = Caller.DEFAULT;
        return new HostPlan(
                plain.hostName(),
                plain.address(),
                plain.port(),
                plain.tlsMode(),
                plain.demands(),
                plain.tested(),
                plain.plaintextFallback(),
                plain.identity(),
                plain.offer(),
                new Caller("", List.of(), usual.inactivityTimeout(), List.of(), level),
                "bank");
    }

    private static HostPlan smartHost(int port, ProtocolLogging level) {
        var named = new TlsDemand.TrustedName(Outbound.BANK, Set.of(Outbound.HOST));
        var identity = SmartHostAuth.password(USER, PASSWORD);
        return logged(
                Outbound.host(Outbound.HOST, port, TlsMode.STARTTLS, List.of(identity), named),
                level);
    }

    private static Outbound outbound() {
        return new Outbound(
                CERTIFICATES.roots(), DialogueTimeouts.DEFAULT, new Outbound.InMemory());
    }

    /// The lines as they would be read: sign and text.
    private static List<String> lines(Outbound outbound) {
        await().until(() -> hasEnded(outbound));
        return outbound.transcript.stream()
                .map(line -> line.kind().sign() + " " + line.text())
                .toList();
    }

    private static boolean hasEnded(Outbound outbound) {
        return outbound.transcript.stream().anyMatch(line -> line.kind() == Kind.ENDED);
    }

    private static void secure(Wire wire, String mechanisms) throws IOException {
        wire.greet("STARTTLS");
        wire.answer("STARTTLS", "220 go");
        wire.secure(CERTIFICATE.serverContext());
        wire.answerHello("AUTH " + mechanisms);
    }

    @Test
    void aDialogueIsThereToBeReadWithoutPasswordAndContent() {
        // Given a smart host that takes mail.
        Script script =
                wire -> {
                    secure(wire, "PLAIN");
                    wire.answer("AUTH PLAIN ", "235 2.7.0 welcome " + USER);
                    wire.take("250 2.0.0 queued");
                    wire.quit();
                };
        try (var outbound = outbound();
                var partner = ScriptedPartner.start(script)) {
            QueueEntry entry = outbound.message(BODY.getBytes(US_ASCII), "b");

            // When everything is written down.
            var result = outbound.deliver(smartHost(partner.port(), ProtocolLogging.ALL));
            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);

            // Then it is what both sides said, but for what is between us and the host alone.
            List<String> lines = lines(outbound);
            assertThat(lines.getFirst()).startsWith("+ from 127.0.0.1:");
            assertThat(lines)
                    .containsSubsequence(
                            "< 220 partner.example ESMTP",
                            "> EHLO relay.example.net",
                            "< 250-partner.example",
                            "< 250 STARTTLS",
                            "> STARTTLS",
                            "< 220 go",
                            "* TLS handshake");
            assertThat(lines)
                    .filteredOn(line -> line.startsWith("* TLSv1.3 TLS_"))
                    .singleElement()
                    .asString()
                    .contains(Outbound.HOST, ", trusted, stapled: none");
            assertThat(lines.subList(lines.indexOf("< 250 AUTH PLAIN") + 1, lines.size()))
                    .containsExactly(
                            "> AUTH PLAIN (withheld)",
                            "< 235 2.7.0 (withheld)",
                            "> MAIL FROM:<a@example.net> AUTH=<>",
                            "< 250 2.1.0 ok",
                            "> RCPT TO:<b@example.org>",
                            "< 250 2.1.5 ok",
                            "> DATA",
                            "< 354 go",
                            "* the content of "
                                    + entry.id().message()
                                    + ", 46 bytes, and the final dot",
                            "< 250 2.0.0 queued",
                            "* " + entry.id().message() + " is delivered",
                            "> QUIT",
                            "< 221 bye",
                            "- ");
            assertThat(lines)
                    .noneMatch(line -> line.contains(PASSWORD))
                    .noneMatch(line -> line.contains("for your eyes"))
                    .noneMatch(line -> line.contains("the body of it all"));
            assertThat(outbound.transcript)
                    .extracting(TranscriptLine::connector, TranscriptLine::host)
                    .containsOnly(tuple("bank", Outbound.HOST + "[127.0.0.1]:" + partner.port()));
            assertThat(outbound.transcript)
                    .extracting(TranscriptLine::session)
                    .containsOnly(outbound.transcript.getFirst().session());
        }
    }

    /// What the host says where it repeats all that it knows: `challenges` questions, then a
    /// refusal, or something that is no reply.
    @ParameterizedTest
    @CsvSource({
        "PLAIN, 0, 535 5.7.8 no:",
        "LOGIN, 2, 535 5.7.8 no:",
        "CRAM-MD5, 1, 535 5.7.8 no:",
        "SCRAM-SHA-256, 0, 535 5.7.8 no:",
        "SCRAM-SHA-256, 1, 535 5.7.8 no:",
        "PLAIN, 0, 454 4.7.0-",
        "PLAIN, 0, what is",
    })
    void aHostThatRepeatsOurCredentialsDoesNotGetThemWrittenDown(
            String mechanism, int challenges, String refusal) {
        // Given a host that asks, and then tells us what we said.
        String known =
                String.join(
                        " ",
                        PASSWORD,
                        base64(USER),
                        base64(PASSWORD),
                        base64("\0" + USER + "\0" + PASSWORD));
        List<String> said = new CopyOnWriteArrayList<>(List.of(known.split(" ")));
        Script script =
                wire -> {
                    secure(wire, mechanism);
                    for (int i = 0; i < challenges; i++) {
                        said.add(lastWord(wire.hear()));
                        wire.say("334 " + base64("ask " + known));
                    }
                    said.add(lastWord(wire.hear()));
                    wire.say(refusal + " " + known + " " + String.join(" ", said));
                    if (refusal.startsWith("what")) wire.listenUntilClosed();
                    else wire.quit();
                };
        try (var outbound = outbound();
                var partner = ScriptedPartner.start(script)) {
            outbound.message(BODY.getBytes(US_ASCII), "b");
            var result = outbound.deliver(smartHost(partner.port(), ProtocolLogging.ERRORS));

            // Then none of it is in the transcript, which says where it failed, nor in the reason.
            List<String> lines = lines(outbound);
            said.remove(mechanism);
            assertThat(said).hasSizeGreaterThan(3);
            assertThat(said)
                    .allSatisfy(
                            secret -> assertThat(lines).noneMatch(line -> line.contains(secret)));
            assertThat(said)
                    .allSatisfy(
                            secret -> assertThat(result.end().toString()).doesNotContain(secret));
            assertThat(lines).anyMatch(line -> line.startsWith("> AUTH " + mechanism));
            assertThat(result.end())
                    .isInstanceOfSatisfying(
                            SessionEnd.NotServed.class,
                            end -> assertThat(lines.getLast()).isEqualTo("- " + end.why()));
        }
    }

    private static String lastWord(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    @Test
    void ofAGoodDialogueNothingIsKeptWhereErrorsAloneAreWanted() {
        Script script =
                wire -> {
                    wire.greet("PIPELINING");
                    wire.take("250 queued");
                    wire.quit();
                };
        try (var outbound = outbound();
                var partner = ScriptedPartner.start(script)) {
            QueueEntry entry = outbound.message(BODY.getBytes(US_ASCII), "b");
            var result =
                    outbound.deliver(logged(Outbound.host(partner.port()), ProtocolLogging.ERRORS));

            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(outbound.transcript).isEmpty();
        }
    }

    @Test
    void anErrorComesWithWhatWentBefore() {
        // Given a host that refuses a recipient, in words that would move a terminal's cursor.
        Script script =
                wire -> {
                    wire.greet();
                    wire.answer("MAIL FROM:", "250 ok");
                    wire.answer("RCPT TO:", "550 5.1.1 no \u001b[2Jsuch\u202e user");
                    wire.answer("RSET", "250 ok");
                    wire.quit();
                };
        try (var outbound = outbound();
                var partner = ScriptedPartner.start(script)) {
            outbound.message(BODY.getBytes(US_ASCII), "b");
            outbound.deliver(logged(Outbound.host(partner.port()), ProtocolLogging.ERRORS));

            // Then the dialogue is there from its beginning, with nothing in it that moves one.
            List<String> lines =
                    outbound.transcript.stream()
                            .map(line -> line.kind().sign() + " " + line.text())
                            .toList();
            assertThat(lines.getFirst()).startsWith("+ ");
            assertThat(lines)
                    .contains(
                            "> RCPT TO:<b@example.org>", "< 550 5.1.1 no \\x1b[2Jsuch\\u202e user")
                    .anyMatch(line -> line.contains("is rejected: 5.1.1"));
        }
    }

    @Test
    void aHostThatIsNotThereIsWrittenDown() {
        try (var outbound = outbound()) {
            outbound.message(BODY.getBytes(US_ASCII), "b");
            outbound.deliver(logged(Outbound.host(1), ProtocolLogging.ERRORS));

            List<String> lines = lines(outbound);
            assertThat(lines).hasSize(2);
            assertThat(lines.getFirst()).startsWith("* the connection is lost: ");
            assertThat(lines.getLast()).startsWith("- 4.4.1 no connection: ");
        }
    }

    @Test
    void nothingIsWrittenDownUnlessItIsWanted() {
        try (var outbound = outbound();
                var partner = ScriptedPartner.start(wire -> wire.say("554 no"))) {
            outbound.message(BODY.getBytes(US_ASCII), "b");
            outbound.deliver(logged(Outbound.host(partner.port()), ProtocolLogging.NONE));

            assertThat(outbound.transcript).isEmpty();
        }
    }

    @Test
    void aLongDialogueKeepsItsBeginningAndItsEnd() {
        // Given a thousand lines of a connector that wants errors alone.
        var written = new ArrayList<TranscriptLine>();
        var host = logged(Outbound.host(25), ProtocolLogging.ERRORS);
        var pages = new TranscriptPages(host, "1", written::addAll, () -> TestCertificates.NOW);
        for (int i = 1; i <= 1_000; i++) {
            pages.add(Kind.RECEIVED, "250 " + i);
            pages.turn();
        }
        assertThat(written).isEmpty();

        // When something goes wrong.
        pages.goneWrong();
        pages.turn();

        // Then the first and the last of them are there, and how many are not.
        assertThat(written).hasSize(TranscriptPages.FIRST_LINES + 1 + TranscriptPages.LAST_LINES);
        assertThat(written.get(TranscriptPages.FIRST_LINES).text())
                .isEqualTo("800 lines are left out here");
        assertThat(written.getFirst().text()).isEqualTo("250 1");
        assertThat(written.getLast().text()).isEqualTo("250 1000");
    }
}
