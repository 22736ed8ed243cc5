package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnhancedStatusTest {

    @ParameterizedTest
    @CsvSource({
        "2.0.0 queued, 2, 0, 0",
        "4.7.321, 4, 7, 321",
        "5.123.9 no, 5, 123, 9",
        "5.1.1  two blanks, 5, 1, 1",
        "2.006.01 with zeros, 2, 6, 1"
    })
    void aReplyBeginsWithItsCode(String text, int statusClass, int subject, int detail) {
        assertThat(EnhancedStatus.atStartOf(text))
                .contains(new EnhancedStatus(statusClass, subject, detail));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "5.",
                "5.1",
                "5.1.",
                "5..1 x",
                "5.1. 1",
                "5 1.1.1",
                "3.1.1 no class",
                "51.1.1",
                ".5.1.1",
                "5.1.1.1 an address",
                "5.1.1, a comma",
                "5.1.1\ta tab",
                "5.1234.1 too long",
                "5.1.1234",
                "5.-1.1",
                "5.1.+1",
                "5.\u0661.1 a digit of another script",
                "queued as 5.1.1",
                "ok 2.0.0"
            })
    void whatOnlyLooksLikeACodeIsText(String text) {
        assertThat(EnhancedStatus.atStartOf(text)).isEmpty();
    }
}
