package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteTextTest {
    @ParameterizedTest
    @CsvSource({
        "0x0a, \\x0a",
        "0x1b, \\x1b",
        "0x9b, \\x9b",
        "0xa0, \\xa0",
        "0x200d, \\u200d",
        "0x2028, \\u2028",
        "0x202e, \\u202e",
        "0x3000, \\u3000",
        "0xd800, \\ud800",
        "0xe000, \\ue000",
        "0xe0001, \\ue0001"
    })
    void whatWouldChangeTheTextAroundItIsShownByItsNumber(String codePoint, String shown) {
        // Given words of a stranger with such a character in them.
        String text = "a" + Character.toString(Integer.decode(codePoint)) + "b";

        // When they are shown, then its number stands for it.
        assertThat(RemoteText.printable(text, 100)).isEqualTo("a" + shown + "b");
    }

    @Test
    void lettersSignsAndBlanksStayAsTheyAre() {
        // When a text has nothing else, then it is shown as it is.
        assertThat(RemoteText.printable("no such user: J\u00f6rg \u65e5\u672c \ud83d\udcec", 100))
                .isEqualTo("no such user: J\u00f6rg \u65e5\u672c \ud83d\udcec");
    }

    @Test
    void whatDoesNotFitIsCutBetweenCharacters() {
        // When a number does not fit any more, then none of it is shown.
        assertThat(RemoteText.printable("ab\u202ec", 7)).isEqualTo("ab");
        assertThat(RemoteText.printable("ab\u202ec", 8)).isEqualTo("ab\\u202e");
        assertThat(RemoteText.printable("abc", 2)).isEqualTo("ab");
    }
}
