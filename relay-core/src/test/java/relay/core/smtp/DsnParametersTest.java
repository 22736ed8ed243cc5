package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.smtp.RcptParameters.Notify;

/// NOTIFY, ORCPT and xtext: what is read is what is passed on, and what a notice shows.
class DsnParametersTest {
    @Test
    void xtextCarriesEveryPrintableCharacterAndNoOther() {
        for (int c = 0; c < 256; c++) {
            String xtext = String.format(Locale.ROOT, "a+%02Xb", c);
            assertThat(Xtext.decode(xtext).orElse("nothing"))
                    .isEqualTo(c >= ' ' && c <= '~' ? "a" + (char) c + "b" : "nothing");
        }
        String plain =
                IntStream.rangeClosed('!', '~')
                        .filter(c -> c != '+' && c != '=')
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining());
        assertThat(Xtext.decode(plain)).contains(plain);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+", "+4", "+4g", "+4a", "a=b", "a b", "a+", "\u00e9"})
    void whatIsNoXtextStandsForNothing(String text) {
        assertThat(Xtext.decode(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x;y | x;y | x;y",
                "rfc822;Bob@x.example | rfc822;Bob@x.example | rfc822;Bob@x.example",
                "rfc822;Bob+2Bbank@x.example | rfc822;Bob+2Bbank@x.example | rfc822;Bob+bank@x.example",
                "x400;/G+3Dbob+20b/ | x400;/G+3Dbob+20b/ | x400;/G=bob b/",
                "UTF-8;j\u00f6rg@x.example | UTF-8;j\\x{F6}rg@x.example | UTF-8;j\\x{F6}rg@x.example",
                "utf-8;\ud83d\udcec@x.example | utf-8;\\x{1F4EC}@x.example | utf-8;\\x{1F4EC}@x.example",
                "utf-8;j\\x{F6}rg@x.example | utf-8;j\\x{F6}rg@x.example | utf-8;j\\x{F6}rg@x.example",
                "utf-8;\u0080@x | utf-8;\\x{80}@x | utf-8;\\x{80}@x",
            })
    void theOriginalRecipientIsPassedOnInAsciiAndShownDecoded(
            String written, String passedOn, String shown) {
        RcptParameters read = read(" ORCPT=" + written);
        assertThat(read).hasToString(" ORCPT=" + passedOn);
        assertThat(read.originalRecipientDecoded()).contains(shown);
        assertThat(read(read.toString())).isEqualTo(read);
        assertThat(RcptParameters.NONE.originalRecipientDecoded()).isEmpty();
    }

    @Test
    void anOriginalRecipientMayHaveFiveHundredCharactersAsItIsPassedOn() {
        String longest = "x;" + "y".repeat(498);
        assertThat(read(" ORCPT=" + longest).originalRecipient()).isEqualTo(longest);
        assertThat(RcptParameterParser.parse(" ORCPT=" + longest + "y"))
                .isEqualTo(new RcptParameterParser.Parsed.Wrong(SyntaxReplies.BAD_PARAMETER));
        assertThat(RcptParameterParser.parse(" ORCPT=utf-8;" + "\u00e9".repeat(99)))
                .isEqualTo(new RcptParameterParser.Parsed.Wrong(SyntaxReplies.BAD_PARAMETER));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | FAILURE,DELAY",
                "' NOTIFY=NEVER' | ''",
                "' NOTIFY=SUCCESS' | SUCCESS",
                "' NOTIFY=FAILURE' | FAILURE",
                "' NOTIFY=SUCCESS,FAILURE,DELAY' | SUCCESS,FAILURE,DELAY",
            })
    void aSenderIsToldOfWhatItAskedForOrOfTroubleWhereItDidNotAsk(String written, String told) {
        RcptParameters read = read(written);
        assertThat(read).hasToString(written);
        assertThat(
                        Set.of(Notify.SUCCESS, Notify.FAILURE, Notify.DELAY).stream()
                                .filter(read::wants)
                                .sorted()
                                .map(Notify::name)
                                .collect(Collectors.joining(",")))
                .isEqualTo(told);
    }

    private static RcptParameters read(String text) {
        return ((RcptParameterParser.Parsed.Right) RcptParameterParser.parse(text)).parameters();
    }
}
