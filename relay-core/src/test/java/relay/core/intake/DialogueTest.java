package relay.core.intake;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every dialogue in `src/test/resources/dialogues`, with the session alone.
class DialogueTest {

    static Stream<Dialogue> dialogues() {
        return Dialogue.all(Path.of("src/test/resources/dialogues"));
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void aDialogueGoesAsWritten(Dialogue dialogue) {
        dialogue.play(new DirectPeer(dialogue, Integer.MAX_VALUE));
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void packetsThatEndAnywhereChangeNothing(Dialogue dialogue) {
        for (int pieceOctets = 1; pieceOctets < 8; pieceOctets++) {
            dialogue.play(new DirectPeer(dialogue, pieceOctets));
        }
    }
}
