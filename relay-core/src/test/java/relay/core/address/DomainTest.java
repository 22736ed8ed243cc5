package relay.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTest {
    @ParameterizedTest
    @CsvSource({
        "example.org, example.org",
        "EXAMPLE.Org, example.org",
        "bücher.example, xn--bcher-kva.example",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "BÜCHER.Example, xn--bcher-kva.example",
        "bücher。example, xn--bcher-kva.example",
        // IDNA 2008: these are other domains than fass.de and βόλοσ.com.
        "faß.de, xn--fa-hia.de",
        "FAẞ.de, xn--fa-hia.de",
        "fass.de, fass.de",
        "Faß.Bücher.example, xn--fa-hia.xn--bcher-kva.example",
        "ß.example, xn--zca.example",
        "βόλος.com, xn--nxasmm1c.com",
        "βόλοσ.com, xn--nxasmq6b.com",
        "ΒΌΛΟΣ.com, xn--nxasmq6b.com",
        "straße.example, xn--strae-oqa.example",
        "under_score.example, under_score.example",
        "localhost, localhost",
        "[192.0.2.7], [192.0.2.7]",
        "[IPv6:2001:DB8::1], '[IPv6:2001:db8:0:0:0:0:0:1]'",
    })
    void aDomainIsReadIntoItsNormalForm(String text, String name) {
        assertThat(Domain.parse(text)).map(Domain::name).contains(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a..b",
                ".example.org",
                "example.org.",
                "-a.example",
                "a-.example",
                "a b",
                "exa\u0000mple",
                "a\r\nb",
                "[192.0.2.300]",
                "[2001:db8::1]",
                "[IPv6:192.0.2.7]",
                "[]",
                "[192.0.2.7",
                "*.example.org",
                "a\u200Db.example",
                "\u0928\u094D\u200C.example",
                "-ß.example",
                "ß\u0000.example",
                "ß..example",
                "faß .example",
                "a@b",
            })
    void whatIsNoDomainIsNone(String text) {
        assertThat(Domain.parse(text)).isEmpty();
    }

    @Test
    void lengthsAreBounded() {
        assertThat(Domain.parse("a".repeat(63) + ".example")).isPresent();
        assertThat(Domain.parse("a".repeat(64) + ".example")).isEmpty();
        assertThat(Domain.parse("a.".repeat(126) + "org")).isPresent();
        assertThat(Domain.parse("a.".repeat(127) + "org")).isEmpty();
    }

    @Test
    void textFromOutsideDoesNotGetPastParse() {
        assertThatThrownBy(() -> new Domain("Example.org"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theParentIsWithoutTheFirstLabel() {
        assertThat(new Domain("a.example.org").parent()).contains(new Domain("example.org"));
        assertThat(new Domain("org").parent()).isEmpty();
        assertThat(new Domain("[192.0.2.7]").parent()).isEmpty();
    }
}
