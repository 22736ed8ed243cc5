package relay.core.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.smtp.ContentFacts.LineEnds;
import relay.core.smtp.ContentFacts.Octets;

class DataDecoderTest {

    /// What a decoder made of one transmission that came in pieces of `pieceOctets`.
    private record Decoded(String content, int consumed, boolean ended, ContentFacts facts) {}

    private static Decoded decode(String sent, int pieceOctets) {
        var decoder = new DataDecoder();
        var content = new ByteArrayOutputStream();
        byte[] all = sent.getBytes(ISO_8859_1);
        int consumed = 0;
        for (int at = 0; at < all.length && !decoder.hasEnded(); at += pieceOctets) {
            byte[] piece =
                    java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + pieceOctets));
            consumed = at + decoder.decode(piece, 0, piece.length);
            content.write(piece, 0, decoder.decodedLength());
        }
        return new Decoded(
                content.toString(ISO_8859_1), consumed, decoder.hasEnded(), decoder.facts());
    }

    @ParameterizedTest
    @CsvSource({
        "'', SEVEN_BIT, SEVEN_BIT",
        "|, SEVEN_BIT, SEVEN_BIT",
        "|x|, SEVEN_BIT, SEVEN_BIT",
        "|\u00e9|, SEVEN_BIT, EIGHT_BIT",
        "A: \u00e9|, EIGHT_BIT, EIGHT_BIT",
        "A: \u00e9||x|, EIGHT_BIT, EIGHT_BIT",
        "A: x||\u00e9|, SEVEN_BIT, EIGHT_BIT",
    })
    void whatIsBeyondAsciiCountsWhereItStands(String content, Octets header, Octets whole) {
        // Given a content in which | stands for CR LF.
        ContentFacts facts = decode(content.replace("|", "\r\n") + ".\r\n", 100).facts();
        assertThat(facts.header()).isEqualTo(header);
        assertThat(facts.whole()).isEqualTo(whole);
    }

    @Test
    void anyContentComesOutAsItWentInHoweverItIsCutIntoPackets() {
        // Given a thousand contents made of the octets that matter most.
        var random = new SplittableRandom(20261123);
        List<String> alphabet =
                List.of("\r\n", "\r\n", ".", ".", "..", "a", "Received: x", "\u00e9", "\0");
        for (int round = 0; round < 1000; round++) {
            var content = new StringBuilder();
            int length = random.nextInt(30);
            for (int i = 0; i < length; i++)
                content.append(alphabet.get(random.nextInt(alphabet.size())));
            if (length > 0) content.append("\r\n");

            // When a client stuffs them (RFC 5321 §4.5.2), and packets cut them anywhere.
            String stuffed = content.toString().replaceAll("(?m)(^|(?<=\r\n))\\.", "..");
            String sent = stuffed + ".\r\nQUIT\r\n";
            for (int piece = 1; piece < 12; piece++) {
                Decoded decoded = decode(sent, piece);

                // Then nothing is added, nothing lost, and the next command is left alone.
                assertThat(decoded.content()).isEqualTo(content.toString());
                assertThat(decoded.consumed()).isEqualTo(stuffed.length() + 3);
                assertThat(decoded.facts().sizeBytes()).isEqualTo(content.length());
                assertThat(decoded.facts().lineEnds()).isEqualTo(LineEnds.ALL_CR_LF);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\n.\nb\r\n",
                "a\n.\r\nb\r\n",
                "a\r\n.\nb\r\n",
                "a\r.\rb\r\n",
                "a\r.\r\nb\r\n",
                "a\r\n.\rb\r\n",
                "a\r\r\n.b\r\n",
                "a\r\n.\r\r\nb\r\n",
                "a\r\n\n.\r\nb\r\n",
                "a\n\r\n..\n\r\n",
                "\n.\r\nb\r\n",
                "\r.\r\nb\r\n",
                ".\nb\r\n",
                ".\rb\r\n",
                "\n"
            })
    void onlyCrLfDotCrLfEndsTheDataAndEveryOtherLineEndIsNoticed(String content) {
        // Given data that somebody else might take for ended before its end.
        String sent = content + "\r\n.\r\nNOOP\r\n";
        for (int piece = 1; piece <= sent.length(); piece++) {
            // When it comes, cut anywhere.
            Decoded decoded = decode(sent, piece);

            // Then its true end is found, and that it must be refused.
            assertThat(decoded.ended()).isTrue();
            assertThat(sent.substring(decoded.consumed())).isEqualTo("NOOP\r\n");
            assertThat(decoded.facts().lineEnds()).isEqualTo(LineEnds.BARE_CR_OR_LF);
        }
    }

    @Test
    void dataHasNoEndBeforeTheLastOctetOfItsEnd() {
        // Given a whole message.
        String sent = "Subject: x\r\n\r\n..dots\r\n.\r\n";
        for (int cut = 0; cut < sent.length(); cut++) {
            // When the rest of it never comes.
            Decoded decoded = decode(sent.substring(0, cut), sent.length());

            // Then it has not ended.
            assertThat(decoded.ended()).isFalse();
        }
        assertThat(decode(sent, sent.length()).ended()).isTrue();
    }

    @Test
    void anEmptyMessageEndsWithTheDotAlone() {
        // Given a client that has nothing to say.
        Decoded decoded = decode(".\r\nQUIT\r\n", 100);

        // Then there is nothing, and it has ended.
        assertThat(decoded.content()).isEmpty();
        assertThat(decoded.ended()).isTrue();
        assertThat(decoded.consumed()).isEqualTo(3);
    }

    @Test
    void onlyReceivedFieldsOfTheHeaderAreCounted() {
        // Given three of them, spelt as one may, and others that are none.
        String sent =
                """
                Received: one
                RECEIVED : two
                \treceived: folded
                Received-SPF: pass
                X-Received: no
                .received: three, though stuffed for no reason
                Receive: no

                Received: in the body
                .
                """
                        .replace("\n", "\r\n");
        for (int piece = 1; piece <= sent.length(); piece++) {
            // When it comes in pieces, then three are counted.
            assertThat(decode(sent, piece).facts().receivedFields()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // A body without the empty line that should stand before it.
                "A: b~two words~A: c~ | 6",
                "A: b~word~ | 6",
                "A: b~(word): c~ | 17",
                "A: b~two words: c~ | 6",
                "A: b~: c~ | 6",
                "A: b~<café@x>: c~ | 6",
                "From a@example.net~A: b~ | 0",
                " goes on from nothing~A: b~ | 0",
                "~A: b~ | 0",
                // Blanks before the colon, and lines that go on, belong to the header.
                "A \t: b~\tc~ d: e~ | 19",
                "A: b~ ~ c~~x: y~ | 13",
                "A: b~C:~ | 10"
            },
            ignoreLeadingAndTrailingWhitespace = false)
    void theHeaderEndsWhereALineIsNoFieldOfIt(String content, String size) {
        // Given content whose header ends in one way or the other.
        String sent = content.stripTrailing().replace("~", "\r\n") + ".\r\n";
        for (int piece = 1; piece <= sent.length(); piece++) {
            // When it comes in pieces, then what is counted as header ends there.
            assertThat(decode(sent, piece).facts().headerSizeBytes())
                    .isEqualTo(Long.parseLong(size.strip()));
        }
    }

    @Test
    void whatStandsBehindTheHeaderSaysNothingOfTlsAndIsNotPartOfItsOctets() {
        // Given a message whose body begins without an empty line.
        String sent = "A: b\r\ntwo é\r\nTLS-Required: No\r\nReceived: x\r\n.\r\n";
        for (int piece = 1; piece <= sent.length(); piece++) {
            ContentFacts facts = decode(sent, piece).facts();

            // Then nothing of it counts as header, but for the hops, which others may take for one.
            assertThat(facts.tlsRequired()).isEqualTo(ContentFacts.TlsRequired.NOT_SAID);
            assertThat(facts.header()).isEqualTo(Octets.SEVEN_BIT);
            assertThat(facts.receivedFields()).isEqualTo(1);
        }
        assertThat(decode("TLS-Required: No\r\nbody\r\n.\r\n", 3).facts().tlsRequired())
                .isEqualTo(ContentFacts.TlsRequired.NO);
    }

    @Test
    void itTellsWhereTheOctetsBeyondAsciiAre() {
        // Given mail that is plain, that has them in the body, and in the header.
        ContentFacts plain = decode("A: b\r\n\r\nc\r\n.\r\n", 3).facts();
        ContentFacts body = decode("A: b\r\n\r\n\u00e9\r\n.\r\n", 3).facts();
        ContentFacts header = decode("A: \u00e9\r\n\r\nc\r\n.\r\n", 3).facts();
        ContentFacts headerOnly = decode("A: \u00e9\r\n.\r\n", 3).facts();

        // Then each is known.
        assertThat(List.of(plain.header(), plain.whole()))
                .containsExactly(Octets.SEVEN_BIT, Octets.SEVEN_BIT);
        assertThat(List.of(body.header(), body.whole()))
                .containsExactly(Octets.SEVEN_BIT, Octets.EIGHT_BIT);
        assertThat(List.of(header.header(), header.whole()))
                .containsExactly(Octets.EIGHT_BIT, Octets.EIGHT_BIT);
        assertThat(headerOnly.header()).isEqualTo(Octets.EIGHT_BIT);
    }
}
