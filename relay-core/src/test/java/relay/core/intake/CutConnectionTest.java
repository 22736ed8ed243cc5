package relay.core.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;

class CutConnectionTest {
    private static final Dialogue USUAL = new Dialogue("cut", List.of(), List.of());
    private static final byte[] GOOD =
            """
            EHLO client.example.org
            MAIL FROM:<a@example.net>
            RCPT TO:<b@bank.example>
            DATA
            Subject: x

            ..
            .
            """
                    .replace("\n", "\r\n")
                    .getBytes(UTF_8);

    @Test
    void nothingIsStoredBeforeTheFinalDotIsCompleteAndNothingIsLeftBehind() {
        // Given every place where the connection of a good dialogue could break.
        for (int cut = 0; cut <= GOOD.length; cut++) {
            var peer = new DirectPeer(USUAL, 3);

            // When it breaks there.
            peer.send(Arrays.copyOf(GOOD, cut));
            peer.disconnect();

            // Then the message is ours only with its last octet, and no content lies about.
            assertThat(peer.stored()).as("cut at %s", cut).hasSize(cut == GOOD.length ? 1 : 0);
            assertThat(peer.store.open()).as("contents, cut at %s", cut).isZero();
        }
    }

    @Test
    void aMessageWhoseClientDoesNotWaitForTheReplyIsAnnouncedAllTheSame() {
        // Given a client that has sent a whole message.
        var peer = new DirectPeer(USUAL, 1000);
        peer.send(GOOD);
        assertThat(peer.events).isEmpty();

        // When it goes before the store is done.
        peer.disconnect();

        // Then the message is ours, and that is known once it is stored.
        assertThat(peer.events)
                .singleElement()
                .isInstanceOfSatisfying(
                        RelayEvent.Received.class,
                        received ->
                                assertThat(received.message())
                                        .isEqualTo(peer.stored().getFirst().message()));
    }

    @Test
    void aRefusedMessageIsAnnouncedWithItsReply() {
        // Given a message that does not end its lines.
        var peer = new DirectPeer(USUAL, 1000);

        // When it has come.
        peer.send(new String(GOOD, UTF_8).replace("x\r\n", "x\n").getBytes(UTF_8));

        // Then its refusal is an event.
        assertThat(peer.events)
                .containsExactly(
                        new RelayEvent.Refused(
                                "internal",
                                InetAddress.ofLiteral("127.0.0.1"),
                                IntakeReplies.BARE_LINE_END),
                        new RelayEvent.LimitReached(
                                "internal",
                                InetAddress.ofLiteral("127.0.0.1"),
                                RelayEvent.LimitReached.Limit.LINE_ENDS,
                                IntakeReplies.BARE_LINE_END));
    }
}
