package relay.core.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.IDN;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PunycodeTest {
    private static final String LETTERS = "abcz019éüøžλσжя中文日本語한국어";

    @Test
    void itIsWhatTheJdkWritesWhereTheJdkKnowsTheLetters() {
        var random = new SplittableRandom(3492);
        for (int run = 0; run < 2_000; run++) {
            // Given a label of letters that IDNA 2003 and 2008 see alike.
            var text = new StringBuilder("é");
            for (int i = random.nextInt(10); i > 0; i--) {
                text.insert(
                        random.nextInt(text.length() + 1),
                        LETTERS.charAt(random.nextInt(LETTERS.length())));
            }

            // Then both have the same A-label.
            assertThat("xn--" + Punycode.encode(text.toString()))
                    .isEqualTo(IDN.toASCII(text.toString()).toLowerCase(Locale.ROOT));
        }
    }
}
