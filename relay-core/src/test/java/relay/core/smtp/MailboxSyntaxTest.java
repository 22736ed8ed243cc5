package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.Mailbox;

/// Mailboxes without their brackets; the rest is in CommandParserTest.
class MailboxSyntaxTest {
    /// RFC 5322 §3.2.3, letter by letter, and the dot between atoms.
    private static final String ATOM_CHARACTERS =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.";

    static Stream<Character> ascii() {
        return IntStream.range(0, 128).mapToObj(c -> (char) c);
    }

    @ParameterizedTest
    @MethodSource("ascii")
    void aCharacterStandsInAnAtomOnlyWhereTheGrammarHasIt(char c) {
        Optional<Mailbox> read = MailboxSyntax.parse("x" + c + "y@example.org");
        assertThat(read.isPresent()).isEqualTo(ATOM_CHARACTERS.indexOf(c) >= 0);
    }

    @ParameterizedTest
    @MethodSource("ascii")
    void anyPrintableCharacterStandsInQuotesBehindABackslash(char c) {
        Optional<Mailbox> read = MailboxSyntax.parse("\"x\\" + c + "y\"@example.org");
        assertThat(read.isPresent()).isEqualTo(c >= ' ' && c <= '~');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b@example.org",
                "B.C+d@example.org",
                "\"b c\"@example.org",
                "\"b\\\"c@d\"@example.org",
                "\"\"@example.org",
                "j\u00f6rg@xn--bcher-kva.example",
                "b@[192.0.2.7]",
                "b@[IPv6:2001:db8:0:0:0:0:0:1]",
            })
    void aMailboxIsReadFromWhatItIsShownAs(String text) {
        assertThat(MailboxSyntax.parse(text).map(Mailbox::toString)).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "b",
                "@example.org",
                "b@",
                "<b@example.org>",
                "b@example.org>",
                "b@example.org>c",
                "b@example.org>@example.org",
                "@x.example:b@example.org",
                " b@example.org",
                "b@example.org ",
                "\"b\"",
                "\"b",
                "\"b\\",
                "\"b\\\u00e9\"@example.org",
            })
    void whatIsNoMailboxIsNone(String text) {
        assertThat(MailboxSyntax.parse(text)).isEmpty();
    }

    @Test
    void aClientsNameHasLettersDigitsAndFewSigns() {
        ascii().forEach(c ->
                assertThat(CommandParser.isClientName("x" + c))
                        .as("%s", c)
                        .isEqualTo(Character.isLetterOrDigit(c) || "._-:[]".indexOf(c) >= 0));
    }
}
