package relay.core.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.smtp.CommandFramer.Frame;
import relay.core.smtp.CommandFramer.LineFault;

class CommandFramerTest {

    /// The lines as they are, and the faults by name, of what came in pieces of `pieceOctets`.
    private static List<String> frames(String sent, int pieceOctets) {
        var framer = new CommandFramer();
        var found = new ArrayList<String>();
        byte[] all = sent.getBytes(UTF_8);
        for (int at = 0; at < all.length; at += pieceOctets) {
            byte[] piece = Arrays.copyOfRange(all, at, Math.min(all.length, at + pieceOctets));
            int next = 0;
            while (next < piece.length) {
                Frame frame = framer.read(piece, next, piece.length);
                next = frame.next();
                switch (frame) {
                    case Frame.Incomplete _ -> {}
                    case Frame.Line(var text, _) -> found.add(text);
                    case Frame.Broken(var fault, _) -> found.add(fault.name());
                }
            }
        }
        return found;
    }

    @Test
    void linesAreFoundHoweverPacketsCutThem() {
        // Given three lines, one of them empty, and the beginning of a fourth.
        String sent = "NOOP é\r\n\r\nQUIT\r\nRS";
        for (int piece = 1; piece <= 20; piece++) {
            // When they come in pieces, then the three are found.
            assertThat(frames(sent, piece)).containsExactly("NOOP é", "", "QUIT");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'A\nNOOP\r\nB\r\n', BARE_LF",
        "'A\rNOOP\r\nB\r\n', BARE_CR",
        "'A\r\r\nB\r\n', BARE_CR",
        "'A~NOOP\r\nB\r\n', NUL",
        "'\nB\r\n\r\nB\r\n', BARE_LF"
    })
    void aLineWithAStrayControlIsReportedOnceAndSkippedToItsEnd(String text, LineFault fault) {
        // Given such a line, where ~ stands for NUL.
        String sent = text.replace('~', '\0');
        for (int piece = 1; piece <= sent.length(); piece++) {
            // When it comes in pieces, then what is hidden behind the control is no line.
            List<String> frames = frames(sent, piece);
            assertThat(frames.getFirst()).isEqualTo(fault.name());
            assertThat(frames).doesNotContain("NOOP");
            assertThat(frames.getLast()).isEqualTo("B");
        }
    }

    @Test
    void aLineIsTooLongBeyondItsLimitAndTheRestOfItIsSkipped() {
        // Given a line of just the limit, and one octet more.
        String longest = "x".repeat(CommandFramer.MAX_LINE_OCTETS - 2);
        for (int piece : new int[] {1, 7, 1000, 5000}) {
            // Then the first is a line, the second is none, and the next is one again.
            assertThat(frames(longest + "\r\nNOOP\r\n", piece)).containsExactly(longest, "NOOP");
            assertThat(frames(longest + "x\r\nNOOP\r\n", piece))
                    .containsExactly("TOO_LONG", "NOOP");
            assertThat(frames(longest.repeat(5) + "\r\nNOOP\r\n", piece))
                    .containsExactly("TOO_LONG", "NOOP");
        }
    }
}
