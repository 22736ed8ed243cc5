package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.smtp.ReplyParser.Parsed;

class ReplyParserTest {
    private final ReplyParser parser = new ReplyParser();

    private List<Parsed> read(String text) {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        var all = new ArrayList<Parsed>();
        do {
            all.add(parser.read(bytes));
        } while (bytes.hasRemaining() && !(all.getLast() instanceof Parsed.Broken));
        return all;
    }

    private Reply one(String text) {
        assertThat(read(text)).hasSize(1);
        var complete =
                (Parsed.Complete)
                        new ReplyParser()
                                .read(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        return complete.reply();
    }

    @Test
    void aReplyOfOneLine() {
        assertThat(one("250 2.1.0 ok\r\n")).isEqualTo(Reply.plain(250, "2.1.0 ok"));
    }

    @Test
    void aReplyOfSeveralLines() {
        assertThat(one("250-mx.example.org\r\n250-SIZE\r\n250 HELP\r\n"))
                .isEqualTo(Reply.plain(250, "mx.example.org", "SIZE", "HELP"));
    }

    @Test
    void aCodeMayHaveNoText() {
        // RFC 5321 §4.2.
        assertThat(one("250\r\n")).isEqualTo(Reply.plain(250, ""));
        assertThat(one("250 \r\n")).isEqualTo(Reply.plain(250, ""));
        assertThat(one("250-\r\n250\r\n")).isEqualTo(Reply.plain(250, "", ""));
    }

    @Test
    void aLineMayEndInLineFeedAlone() {
        assertThat(one("250-a\n250 b\n")).isEqualTo(Reply.plain(250, "a", "b"));
    }

    @Test
    void bytesAfterAReplyAreLeftForTheNext() {
        assertThat(read("250 a\r\n354 b\r\n22"))
                .containsExactly(
                        new Parsed.Complete(Reply.plain(250, "a")),
                        new Parsed.Complete(Reply.plain(354, "b")),
                        new Parsed.Incomplete());
        assertThat(read("1 bye\r\n")).containsExactly(new Parsed.Complete(Reply.plain(221, "bye")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "25\r\n",
                "hello\r\n",
                "150 no\r\n",
                "650 no\r\n",
                "2x0 no\r\n",
                "250ok\r\n",
                "250\tok\r\n",
                " 250 ok\r\n",
                "250-a\r\n251 b\r\n",
                "250-a\r\nb\r\n"
            })
    void whatIsNoReplyIsBroken(String text) {
        assertThat(read(text).getLast()).isInstanceOf(Parsed.Broken.class);
    }

    @Test
    void aLineWithoutEndIsBroken() {
        assertThat(read("250 " + "x".repeat(ReplyParser.MAX_LINE_OCTETS)).getLast())
                .isEqualTo(new Parsed.Broken("a line without end"));
    }

    @Test
    void aReplyWithoutEndIsBroken() {
        assertThat(read("250-x\r\n".repeat(ReplyParser.MAX_LINES) + "250 x\r\n").getLast())
                .isEqualTo(new Parsed.Broken("a reply without end"));
        assertThat(new ReplyParserTest().one("250-x\r\n".repeat(99) + "250 x\r\n").lines())
                .hasSize(ReplyParser.MAX_LINES);
    }

    @Test
    void ofALongLineTheBeginningIsKept() {
        Reply reply = one("550 " + "x".repeat(5000) + "\r\n");
        assertThat(reply.lines()).containsExactly("x".repeat(ReplyParser.MAX_TEXT_OCTETS));
        for (int length = 2040; length < 2056; length++) {
            assertThat(one("550 " + "x".repeat(length) + "\r\n").lines())
                    .containsExactly("x".repeat(Math.min(length, ReplyParser.MAX_TEXT_OCTETS)));
        }
    }

    @Test
    void controlCharactersAreEscapedOnce() {
        assertThat(one("550 a\u001b[2Jb\rc\u0000d\u202ee\\x1b\r\n").lines())
                .containsExactly("a\\x1b[2Jb\\x0dc\\x00d\\u202ee\\x1b");
    }

    @Test
    void repliesMayBeUtf8() {
        assertThat(one("550 größer €\r\n").lines()).containsExactly("größer €");
        var latin1 = ByteBuffer.wrap("550 gr\u00f6\r\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(parser.read(latin1))
                .isEqualTo(new Parsed.Complete(Reply.plain(550, "gr\ufffd")));
    }
}
