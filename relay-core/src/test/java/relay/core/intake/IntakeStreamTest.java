package relay.core.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IntakeStreamTest {
    @Test
    void aWireThatTakesNoMoreRepliesIsAskedForNone() {
        // Given a client that has sent a hundred commands in one packet, and a wire with room for
        // three
        // replies.
        var peer = new DirectPeer(new Dialogue("flood", List.of(), List.of()), 1 << 20);
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
}
