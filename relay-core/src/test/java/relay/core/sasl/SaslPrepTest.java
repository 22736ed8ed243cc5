package relay.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaslPrepTest {
    @ParameterizedTest
    @CsvSource({
        // RFC 4013 §3.
        "'I\u00adX', IX",
        "user, user",
        "USER, USER",
        "\u00aa, a",
        "\u2168, IX",
        // A blank of another script, and one letter that is typed as two.
        "'a\u00a0b', 'a b'",
        "'u\u0308', \u00fc",
        "'p\u200bw', pw",
    })
    void aPasswordIsTheSameHoweverItIsTyped(String typed, String prepared) {
        assertThat(SaslPrep.prepared(typed)).isEqualTo(prepared);
    }
}
