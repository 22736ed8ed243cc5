package relay.core.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.smtp.ContentFacts.LineEnds;
import relay.core.smtp.DataDecoder.Framing;

class LineFeedRepairTest {
    private static final String[] LINES = {"", ".", "..", ".a", "a", "a.", "\t.", "DATA"};

    /// What came out, and where the data ended.
    private record Repaired(String content, int consumed, DataDecoder decoder) {}

    private static Repaired repair(String sent, int pieceOctets) {
        var decoder = new DataDecoder();
        var repair = new LineFeedRepair(decoder, Framing.DOT);
        var content = new ByteArrayOutputStream();
        byte[] all = sent.getBytes(ISO_8859_1);
        int consumed = 0;
        for (int at = 0; at < all.length && !decoder.hasEnded(); at += pieceOctets) {
            byte[] piece = Arrays.copyOfRange(all, at, Math.min(all.length, at + pieceOctets));
            consumed = at + repair.decode(piece, 0, piece.length);
            content.write(repair.decoded(), 0, repair.decodedLength());
        }
        return new Repaired(content.toString(ISO_8859_1), consumed, decoder);
    }

    @Test
    void aContentOfAnySizeIsRepairedInOnePiece() {
        for (int lines : new int[] {1, 100, 1_000, 20_000}) {
            String content = "a line\n".repeat(lines) + "\r\n";
            assertThat(repair(content + ".\r\n", Integer.MAX_VALUE / 2).content())
                    .isEqualTo("a line\r\n".repeat(lines) + "\r\n");
        }
        String longLine = "x".repeat(100_000) + "\n\r\n";
        assertThat(repair(longLine + ".\r\n", Integer.MAX_VALUE / 2).content()).hasSize(100_004);
    }

    @Test
    void linesComeOutAsTheyWereMeantWhateverEndsThem() {
        var random = new SplittableRandom(5321);
        for (int run = 0; run < 2_000; run++) {
            // Given lines, some ended by LF alone; dots are stuffed where CR LF begins a line.
            var sent = new StringBuilder();
            var meant = new StringBuilder();
            boolean stuffs = true;
            int lines = random.nextInt(1, 8);
            for (int i = 1; i <= lines; i++) {
                String line = LINES[random.nextInt(LINES.length)];
                boolean whole = i == lines || random.nextBoolean();
                sent.append(stuffs && line.startsWith(".") ? "." : "").append(line);
                sent.append(whole ? "\r\n" : "\n");
                meant.append(line).append("\r\n");
                stuffs = whole;
            }
            int end = sent.length() + 3;
            sent.append(".\r\nMAIL FROM:<a@example.net>\n.\r\n");

            // When they come, cut anywhere.
            Repaired repaired = repair(sent.toString(), random.nextInt(1, 12));

            // Then that is the content, nothing of it is wrong, and what follows it is left alone.
            assertThat(repaired.content()).isEqualTo(meant.toString());
            assertThat(repaired.consumed()).isEqualTo(end);
            assertThat(repaired.decoder().facts().lineEnds()).isEqualTo(LineEnds.ALL_CR_LF);
            assertThat(repaired.decoder().facts().sizeBytes()).isEqualTo(meant.length());

            // And as it is sent on it has no end but its own.
            String onward = "\r\n" + encoded(meant.toString());
            assertThat(onward.indexOf("\r\n.\r\n")).isEqualTo(onward.length() - 5);
            assertThat(onward).doesNotContainPattern("(?<!\r)\n|\r(?!\n)");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'a~.~b', 'a^.^b^'",
        "'a~.^b', 'a^.^b^'",
        "'a^.~b', 'a^.^b^'",
        "'.~b', '.^b^'",
        "'~.^b', '^.^b^'",
        "'a^~.^b', 'a^^.^b^'",
        "'a~^.~b', 'a^^.^b^'",
        "'a^..~b', 'a^.^b^'",
        "'a~..^b', 'a^..^b^'"
    })
    void noDotEndsTheDataBehindOrBeforeALineFeedAlone(String sent, String meant) {
        // Given what others may take for an end: ~ is LF, ^ CR LF.
        String octets = sent.replace("~", "\n").replace("^", "\r\n") + "\r\n.\r\nNOOP\r\n";
        for (int piece = 1; piece <= octets.length(); piece++) {
            // When it comes, cut anywhere, then it is a line with a dot.
            Repaired repaired = repair(octets, piece);
            assertThat(repaired.content()).isEqualTo(meant.replace("^", "\r\n"));
            assertThat(octets.substring(repaired.consumed())).isEqualTo("NOOP\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb\r\n", "a\r\r\n", "a\r\n.\r\r\n", "\n\rb\r\n", "a\n.\rb\r\n"})
    void aBareCrIsNotRepaired(String sent) {
        for (int piece = 1; piece <= sent.length(); piece++) {
            assertThat(repair(sent + ".\r\n", piece).decoder().hasBareLineEnd()).isTrue();
        }
    }

    private static String encoded(String content) {
        var encoder = new DataEncoder();
        return new String(encoder.encode(content.getBytes(ISO_8859_1)), ISO_8859_1)
                + new String(encoder.end(), ISO_8859_1);
    }
}
