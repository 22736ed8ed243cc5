package relay.core.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;

/// Logins that fail, and SCRAM, of which the nonce must be known.
class ClientAuthTest {
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private final DirectPeer peer =
            new DirectPeer(
                    new Dialogue("logins", List.of("implicitTls", "authRequired"), List.of()),
                    Integer.MAX_VALUE);

    private void greet() {
        say("EHLO client.example.org");
        for (int i = 0; i < 12; i++) peer.readLine();
    }

    private void say(String line) {
        peer.send((line + "\r\n").getBytes(UTF_8));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void aWrongPasswordIsAnsweredLaterEachTimeCountedAndEndsTheSessionAtLast() {
        greet();
        for (String login : List.of("\0relay\0wrong", "\0nobody\0s3cret", "other\0relay\0s3cret")) {
            // Given a wrong password, a user that is not there, and one who wants to be another.
            say("AUTH PLAIN " + base64(login));

            // Then the answer is the same.
            assertThat(peer.readLine()).isEqualTo("535 5.7.8 Authentication failed");
        }
        assertThat(peer.readLine()).isEqualTo("421 4.7.0 Too many failed logins");
        assertThat(peer.readLine()).isEqualTo(DialoguePeer.CLOSED);
        assertThat(peer.penalties)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(peer.events).filteredOn(RelayEvent.Refused.class::isInstance).hasSize(3);
    }

    @Test
    void scramTellsNoPasswordAndProvesThatWeKnowItToo() {
        greet();
        say("AUTH SCRAM-SHA-256 " + base64("n,,n=relay,r=rOprNGfwEbeRWgbNEkqO"));
        assertThat(peer.readLine())
                .isEqualTo("334 " + base64("r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
        say(base64("c=biws,r=" + NONCE + ",p=Q3vBJdddpRd/usQF7bJ0zIJ3U2A9nyru/wPBVez4m2A="));
        assertThat(peer.readLine())
                .isEqualTo("334 " + base64("v=vQii0Nmda/15K/cqBp4sMakKxXBgnD77t1Wwt4iWM+A="));
        say("");
        assertThat(peer.readLine()).isEqualTo("235 2.7.0 Authentication succeeded");
        say("MAIL FROM:<a@example.net>");
        assertThat(peer.readLine()).isEqualTo("250 2.1.0 Sender ok");
    }

    @Test
    void aWrongProofAndAnUnknownUserLookTheSame() {
        greet();
        for (String name : List.of("relay", "nobody")) {
            say("AUTH SCRAM-SHA-256 " + base64("y,,n=" + name + ",r=rOprNGfwEbeRWgbNEkqO"));
            assertThat(peer.readLine()).startsWith("334 ");
            say(base64("c=eSws,r=" + NONCE + ",p=Q3vBJdddpRd/usQF7bJ0zIJ3U2A9nyru/wPBVez4m2A="));
            assertThat(peer.readLine()).isEqualTo("535 5.7.8 Authentication failed");
        }
    }

    @Test
    void whoWantsAChannelBindingIsTold() {
        greet();
        say("AUTH SCRAM-SHA-256 " + base64("p=tls-exporter,,n=relay,r=abc"));
        assertThat(peer.readLine()).isEqualTo("501 5.5.2 Not a response of the mechanism");
    }

    @Test
    void aResponseThatIsNoLineEndsTheExchangeAndTheNextLineIsACommand() {
        greet();
        say("AUTH LOGIN");
        assertThat(peer.readLine()).isEqualTo("334 VXNlcm5hbWU6");
        say("x".repeat(3000));
        assertThat(peer.readLine()).isEqualTo("500 5.5.2 Line too long");
        say("NOOP");
        assertThat(peer.readLine()).isEqualTo("250 2.0.0 Ok");
        say("MAIL FROM:<a@example.net>");
        assertThat(peer.readLine()).isEqualTo("530 5.7.0 Authentication required");
    }

    @Test
    void whoHasLoggedInIsToldWithTheMessage() {
        greet();
        say("AUTH PLAIN " + base64("\0relay\0s3cret"));
        say("MAIL FROM:<a@example.net>\r\nRCPT TO:<b@bank.example>\r\nDATA\r\n.");
        assertThat(peer.readAll()).last().asString().startsWith("250 2.0.0 queued as");
        assertThat(peer.events)
                .singleElement()
                .isInstanceOfSatisfying(
                        RelayEvent.Received.class,
                        received -> assertThat(received.username()).isEqualTo("relay"));
    }

    @Test
    void whatAClientSaysIsNotPrinted() {
        assertThat(new IntakeInput.Responded("czNjcmV0").toString()).doesNotContain("czNjcmV0");
        var command = relay.core.smtp.CommandParser.parse("AUTH PLAIN AHJlbGF5AHMzY3JldA==");
        assertThat(command.toString()).doesNotContain("AHJlbGF5");
    }
}
