package relay.core.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailboxTest {
    @ParameterizedTest
    @CsvSource({
        "a, false",
        "'\"a b\"', false",
        // The last of ASCII, and the first beyond it.
        "'\"\u007f\"', false",
        "\u0080, true",
        "j\u00f6rg, true",
        "\ud83d\udcec, true",
    })
    void onlyCharactersBeyondAsciiInTheLocalPartNeedSmtpUtf8(String localPart, boolean needed) {
        var domain = Domain.parse("b\u00fccher.example").orElseThrow();
        assertThat(new Mailbox(localPart, domain).needsSmtpUtf8()).isEqualTo(needed);
    }
}
