package relay.core.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntakeStreamTest {
    private final DirectPeer peer =
            new DirectPeer(
                    new Dialogue("stream", List.of("maxMessageSize=1200"), List.of()), 1 << 20);

    @Test
    void aWireThatTakesNoMoreRepliesIsAskedForNone() {
        // Given a client that has sent a hundred commands in one packet, and a wire with room for
        // three
        // replies.
        peer.readAll();
        byte[] flood = "NOOP\r\n".repeat(100).getBytes(US_ASCII);
        peer.roomForReplies(3);

        // When it is read, then three of them are, and the rest when there is room.
        assertThat(peer.offer(flood)).isEqualTo("NOOP\r\n".length() * 3);
        assertThat(peer.readAll()).hasSize(3).allMatch(line -> line.startsWith("250 "));
        peer.roomForReplies(1000);
        assertThat(peer.offer(flood)).isEqualTo(flood.length);
        assertThat(peer.readAll()).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSET", "EHLO client.example.org", "QUIT", "BDAT x"})
    void nothingIsKeptOfAMessageThatACommandEndsBetweenItsChunks(String command) {
        // Given a client that has sent a chunk of a message.
        begin("b@bank.example");
        send("BDAT 5\r\nab\r\nc");
        assertThat(peer.readAll()).contains("250 2.0.0 5 octets received");
        assertThat(peer.store.open()).isOne();

        // When it says something else, then the store has nothing of it any more.
        send(command + "\r\n");
        assertThat(peer.store.open()).isZero();
    }

    @Test
    void nothingIsKeptOfAMessageThatIsTooLargeWhileItStillComes() {
        // Given a message that is as large as may be, and not over.
        begin("b@bank.example");
        send("DATA\r\n");
        send("x".repeat(1198) + "\r\n");
        peer.readAll();
        assertThat(peer.store.open()).isOne();

        // When it goes on, then the store has nothing of it, and at its end it is refused.
        send("x");
        assertThat(peer.store.open()).isZero();
        send("\r\n.\r\n");
        assertThat(peer.readAll()).containsExactly("552 5.3.4 Message too large");
    }

    @Test
    void aMessageMayBeAsLargeAsItsRouteCarriesWithOurFieldInIt() {
        // Given how much our own field takes, and a route that carries 1,000 octets.
        begin("b@small.example");
        send("DATA\r\n.\r\n");
        peer.readAll();
        int ours = (int) peer.stored().getFirst().message().envelope().sizeBytes();

        // When a message has the rest, then it is taken.
        content("x".repeat(1000 - ours - 2));
        assertThat(peer.readAll()).last().asString().startsWith("250 2.0.0 queued as");
        assertThat(peer.stored().getLast().message().envelope().sizeBytes()).isEqualTo(1000);

        // And with one octet more it is not.
        content("x".repeat(1000 - ours - 1));
        assertThat(peer.readAll())
                .last()
                .isEqualTo("552 5.3.4 Message too large for every recipient's route");
    }

    @Test
    void whatClientsCallThemselvesIsTold() {
        send("EHLO one.example\r\nHELO two.example\r\nEHLO ?\r\n");
        assertThat(peer.names).containsExactly("one.example", "two.example");
    }

    private void begin(String recipient) {
        send("EHLO client.example.org\r\nMAIL FROM:<a@example.net>\r\n");
        send("RCPT TO:<" + recipient + ">\r\n");
        peer.readAll();
    }

    private void content(String line) {
        begin("b@small.example");
        send("DATA\r\n" + line + "\r\n.\r\n");
    }

    private void send(String octets) {
        peer.send(octets.getBytes(US_ASCII));
    }
}
