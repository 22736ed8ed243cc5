package relay.server.listener;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.intake.Dialogue;

/// The dialogues of the core again, over real sockets and with real TLS.
class SocketDialogueTest {
    @TempDir Path folder;

    static Stream<Dialogue> dialogues() {
        return Dialogue.all(Path.of("../relay-core/src/test/resources/dialogues"))
                .filter(dialogue -> !dialogue.has("noCertificate"));
    }

    // What is injected behind STARTTLS in a packet of its own is taken for a handshake and fails.
    static Stream<Dialogue> dialoguesOfManyPackets() {
        return dialogues().filter(dialogue -> !dialogue.name().equals("starttls.txt"));
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void aDialogueGoesAsWritten(Dialogue dialogue) {
        try (var peer = new SocketPeer(folder, dialogue, Integer.MAX_VALUE)) {
            dialogue.play(peer);
        }
    }

    @ParameterizedTest
    @MethodSource("dialoguesOfManyPackets")
    void packetsThatEndAnywhereChangeNothing(Dialogue dialogue) {
        try (var peer = new SocketPeer(folder, dialogue, 7)) {
            dialogue.play(peer);
        }
    }
}
