package relay.core.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DataEncoderTest {

    private static String encode(String... pieces) {
        var encoder = new DataEncoder();
        var wire = new StringBuilder();
        for (String piece : pieces) {
            wire.append(new String(encoder.encode(piece.getBytes(ISO_8859_1)), ISO_8859_1));
        }
        return wire.append(new String(encoder.end(), ISO_8859_1)).toString();
    }

    @Test
    void aDotAtTheStartOfALineIsDoubled() {
        assertThat(encode("a\r\n.b\r\n..\r\nc.d\r\n")).isEqualTo("a\r\n..b\r\n...\r\nc.d\r\n.\r\n");
        assertThat(encode(".\r\n")).isEqualTo("..\r\n.\r\n");
    }

    @Test
    void aDotAtTheStartOfAPieceIsDoubledOnlyWhereALineBegins() {
        assertThat(encode("a\r", "\n", ".b", ".c\r\n")).isEqualTo("a\r\n..b.c\r\n.\r\n");
        assertThat(encode("a\r", "\n.\r\n")).isEqualTo("a\r\n..\r\n.\r\n");
        assertThat(encode("a\n", ".", "", ".\r\n")).isEqualTo("a\n..\r\n.\r\n");
    }

    @Test
    void onlyCrLfEndsALine() {
        assertThat(encode("a\n.\nb\r.\r\n")).isEqualTo("a\n.\nb\r.\r\n.\r\n");
    }

    @Test
    void contentWithoutAFinalLineEndGetsOne() {
        assertThat(encode("a")).isEqualTo("a\r\n.\r\n");
        assertThat(encode("a\r")).isEqualTo("a\r\r\n.\r\n");
        assertThat(encode("a\r\n", "b")).isEqualTo("a\r\nb\r\n.\r\n");
        assertThat(encode("")).isEqualTo(".\r\n");
        assertThat(encode()).isEqualTo(".\r\n");
    }

    @Test
    void aPieceWithoutSuchADotIsNotCopied() {
        byte[] piece = "a.b\r\nc".getBytes(ISO_8859_1);
        assertThat(new DataEncoder().encode(piece)).isSameAs(piece);
    }

    @Test
    void anyContentInAnyPiecesComesBackFromTheWire() {
        for (long seed = 0; seed < 5_000; seed++) {
            // Given content made of what matters, cut anywhere.
            var random = new SplittableRandom(seed);
            byte[] content = new byte[random.nextInt(40)];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) "\r\n..a\r\n\n".charAt(random.nextInt(8));
            }

            // When it is encoded piece by piece.
            byte[] wire = inPieces(content, random);

            // Then a reader that knows only CR LF finds it, with the line end that it lacked.
            String text = new String(content, ISO_8859_1);
            boolean whole = text.isEmpty() || text.endsWith("\r\n");
            assertThat(decode(wire)).as("seed " + seed).isEqualTo(whole ? text : text + "\r\n");
        }
    }

    private static byte[] inPieces(byte[] content, SplittableRandom random) {
        var encoder = new DataEncoder();
        var wire = new ByteArrayOutputStream();
        for (int from = 0; from < content.length; ) {
            int to = Math.min(content.length, from + random.nextInt(8));
            wire.writeBytes(encoder.encode(Arrays.copyOfRange(content, from, to)));
            from = to;
        }
        wire.writeBytes(encoder.end());
        return wire.toByteArray();
    }

    /// Written from RFC 5321 §4.5.2 alone: splits at CR LF, ends at the first line that is a dot,
    /// and takes a leading dot off the others.
    private static String decode(byte[] wire) {
        String text = new String(wire, ISO_8859_1);
        var content = new StringBuilder();
        for (int at = 0; ; ) {
            int end = text.indexOf("\r\n", at);
            String line = text.substring(at, end);
            at = end + 2;
            if (line.equals(".")) {
                assertThat(at).isEqualTo(text.length());
                return content.toString();
            }
            content.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
        }
    }
}
