package relay.core.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.smtp.ReplyParser.Parsed;

/// What a reply means: by its code, whatever its enhanced code says.
class ReplyTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "250 | 2.1.5 ok | 2.1.5",
                "354 | go ahead | 2.0.0",
                "450 | 4.2.0 later | 4.2.0",
                "550 | 5.999.999 no | 5.999.999",
                "550 | 5.1.1 | 5.1.1",
                // Codes that do not agree.
                "450 | 5.1.1 no | 4.0.0",
                "550 | 4.2.1 later | 5.0.0",
                "250 | 5.0.0 ? | 2.0.0",
                "400 | 2.0.0 ? | 4.0.0",
                // What is no enhanced code.
                "550 | 5.1 no | 5.0.0",
                "550 | 5.1000.1 no | 5.0.0",
                "550 | 5.1.1no | 5.0.0",
                "550 | 3.1.1 no | 5.0.0",
                "550 | '' | 5.0.0",
            })
    void theEnhancedCodeCountsWhereItAgreesWithTheCode(int code, String text, String status) {
        assertThat(Reply.plain(code, text).status()).hasToString(status);
    }

    @ParameterizedTest
    @CsvSource({
        "200, true, false",
        "399, true, false",
        "400, false, false",
        "499, false, false",
        "500, false, true",
        "599, false, true",
    })
    void theFirstDigitSaysHowItStands(int code, boolean positive, boolean permanent) {
        Reply reply = Reply.plain(code, "x");
        assertThat(reply.isPositive()).isEqualTo(positive);
        assertThat(reply.isPermanent()).isEqualTo(permanent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.0.0", "4.7.1", "5.0.999", "5.999.0"})
    void anEnhancedCodeIsReadFromWhatItIsShownAs(String text) {
        assertThat(EnhancedStatus.atStartOf(text + " words").map(EnhancedStatus::toString))
                .contains(text);
    }

    @Test
    void everyReplyIsReadFromWhatIsSent() {
        for (int code = 200; code < 600; code++) {
            for (Reply reply :
                    new Reply[] {Reply.plain(code, "a"), Reply.plain(code, "a", "", "b")}) {
                assertThat(new ReplyParser().read(ByteBuffer.wrap(reply.toWire())))
                        .isEqualTo(new Parsed.Complete(reply));
            }
        }
        assertThat(new String(Reply.plain(250, "a", "b").toWire(), US_ASCII))
                .isEqualTo("250-a\r\n250 b\r\n");
    }
}
