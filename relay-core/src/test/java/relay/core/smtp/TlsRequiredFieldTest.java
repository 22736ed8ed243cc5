package relay.core.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.smtp.ContentFacts.TlsRequired;

/// What frees a message from its partner's TLS policy, and what does not. `|` stands for CR LF.
class TlsRequiredFieldTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS-Required: No||x|",
                "tls-required:NO||",
                // Blanks before the colon are old, and valid (RFC 5322 §4.5.8).
                "TLS-Required : No||",
                "TLS-Required \t: No||",
                "TLS-Required: No \t ||",
                "TLS-Required:| No||",
                "TLS-Required:| | \tNo||",
                "Subject: x|TLS-Required: No|To: b||",
                "TLS-Required: No|",
            })
    void theFieldSaysNo(String content) {
        assertThat(found(content)).isEqualTo(TlsRequired.NO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "TLS-Required: Yes||",
                "TLS-Required: ||No|",
                "TLS-Required: Nope||",
                "TLS-Required: No no||",
                "TLS-Required: No (comment)||",
                "TLS-Required: No| more||",
                "TLS-Required: N o||",
                "TLS-Required: xNo||",
                "TLS -Required: No||",
                "TLS-Required No||",
                "TLS-Required x: No||",
                "X-TLS-Required: No||",
                "TLS-Required:| Yes||",
                "TLS-Required:|No: x||",
                "TLS-Required: No|TLS-Required: No||",
                "TLS-Required: No|TLS-Required: Yes||",
                "TLS-Required: Yes|TLS-Required: No||",
                "Subject: x| TLS-Required: No||",
                "Subject: TLS-Required: No||",
                "|TLS-Required: No||",
            })
    void nothingElseDoes(String content) {
        assertThat(found(content)).isEqualTo(TlsRequired.NOT_SAID);
    }

    private static TlsRequired found(String content) {
        byte[] octets = content.replace("|", "\r\n").getBytes(ISO_8859_1);
        var whole = new TlsRequiredField();
        whole.read(octets, 0, octets.length);
        var cut = new TlsRequiredField();
        for (int i = 0; i < octets.length; i++) cut.read(octets, i, i + 1);
        assertThat(cut.found()).isEqualTo(whole.found());
        return whole.found();
    }
}
