package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.smtp.Command.Malformed;
import relay.core.smtp.MailParameters.Body;
import relay.core.smtp.MailParameters.SmtpUtf8;

class CommandParserTest {
    private static final String A64 = "a".repeat(64);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "RCPT TO:<b@example.org> | b | example.org",
                "rcpt to:<b@EXAMPLE.Org>  | b | example.org",
                "RCPT TO: <b@example.org> | b | example.org",
                "RCPT TO:<b.c+d=e@example.org> | b.c+d=e | example.org",
                "RCPT TO:<\"b c\"@example.org> | \"b c\" | example.org",
                "RCPT TO:<\"b>c\\\"@d\"@example.org> | \"b>c\\\"@d\" | example.org",
                "RCPT TO:<\"\"@example.org> | \"\" | example.org",
                "RCPT TO:<b@[192.0.2.7]> | b | [192.0.2.7]",
                "RCPT TO:<b@[IPv6:2001:db8::1]> | b | [IPv6:2001:db8:0:0:0:0:0:1]",
                "RCPT TO:<@x.example,@y.example:b@example.org> | b | example.org",
                "RCPT TO:<@[IPv6:2001:db8::1]:b@example.org> | b | example.org",
                "RCPT TO:<postmaster@example.org> | postmaster | example.org"
            })
    void aForwardPathIsReadAsTheGrammarHasIt(String line, String localPart, String domain) {
        // When the command is read.
        Command command = CommandParser.parse(line);

        // Then the mailbox is the one that stands there, its local part untouched.
        var mailbox = new Mailbox(localPart, new Domain(domain));
        assertThat(command)
                .isEqualTo(
                        new Command.Rcpt(
                                new ForwardPath.Recipient(mailbox), Command.Rcpt.Characters.ASCII));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<>",
                "b@example.org",
                "<b@example.org",
                "<b>",
                "<b@>",
                "<@example.org>",
                "<@x.example:>",
                "<@x.example:postmaster",
                "<@:b@example.org>",
                "<x@y:b@example.org>",
                "<b@example..org>",
                "<b@-example.org>",
                "<b@exam ple.org>",
                "<b@example.org>x",
                "<b@example.org>>",
                "<b@c@example.org>",
                "<.b@example.org>",
                "<b.@example.org>",
                "<b..c@example.org>",
                "<b c@example.org>",
                "<b(c)@example.org>",
                "<\"b@example.org>",
                "<\"b\"c@example.org>",
                "<\"b\\\">@example.org>",
                "<\"b\tc\"@example.org>",
                "<b\u0085c@example.org>",
                "<b@[192.0.2.256]>",
                "<b@[2001:db8::1]>",
                "<b@[IPv6:192.0.2.7]>",
                "<b@[tag:x]>",
                "<b@[192.0.2.7>"
            })
    void whatIsNoForwardPathIsRefused(String path) {
        // When the command is read, then it is the argument that is bad.
        assertThat(refusal("RCPT TO:" + path)).isEqualTo(bad(Verb.RCPT, 501, 1, 3));
    }

    @Test
    void pathsEndAtTheirLimits() {
        // Given a local part and a path as long as may be (RFC 5321 §4.5.3.1).
        String domain = "b.".repeat(90) + "example";
        String path = "<" + A64 + "@" + domain + ">";
        assertThat(path).hasSizeLessThanOrEqualTo(256);
        String pad = "b".repeat(256 - path.length() - 1) + ".";
        String longest = "<" + A64 + "@" + pad + domain + ">";

        // Then they are taken, and with one more octet they are not.
        assertThat(longest).hasSize(256);
        assertThat(CommandParser.parse("RCPT TO:" + longest)).isInstanceOf(Command.Rcpt.class);
        assertThat(refusal("RCPT TO:" + longest.replace("@", "@b")))
                .isEqualTo(bad(Verb.RCPT, 501, 1, 3));
        assertThat(refusal("RCPT TO:<a" + A64 + "@example.org>"))
                .isEqualTo(bad(Verb.RCPT, 501, 1, 3));
        assertThat(refusal("RCPT TO:<" + "é".repeat(33) + "@example.org>"))
                .isEqualTo(bad(Verb.RCPT, 501, 1, 3));
    }

    @Test
    void thePostmasterOfThisHostNeedsNoDomain() {
        // When a client writes to it, in any case, then it is understood.
        assertThat(CommandParser.parse("RCPT TO:<PostMaster>"))
                .isEqualTo(
                        new Command.Rcpt(
                                new ForwardPath.Postmaster("PostMaster"),
                                Command.Rcpt.Characters.ASCII));
        assertThat(refusal("MAIL FROM:<postmaster>")).isEqualTo(bad(Verb.MAIL, 501, 1, 7));
    }

    @Test
    void theParametersOfMailAreRead() {
        // When a client gives them all.
        Command command =
                CommandParser.parse(
                        "MAIL FROM:<a@example.net>  size=1000  BODY=8bitmime SMTPUTF8  ");

        // Then all are known.
        var sender = new ReversePath.Sender(new Mailbox("a", new Domain("example.net")));
        assertThat(command)
                .isEqualTo(
                        new Command.Mail(
                                sender,
                                new MailParameters(1000, Body.EIGHT_BIT_MIME, SmtpUtf8.ASKED)));
        assertThat(CommandParser.parse("MAIL FROM:<> BODY=7BIT SIZE=99999999999999999999"))
                .isEqualTo(
                        new Command.Mail(
                                new ReversePath.Null(),
                                new MailParameters(
                                        Long.MAX_VALUE, Body.SEVEN_BIT, SmtpUtf8.NOT_ASKED)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH=<>", "auth=e+3Dmc2@example.com", "AUTH=a@example.net SIZE=1"})
    void whoSubmittedTheMessageIsReadAndNotKept(String parameters) {
        // When a client says so, in xtext (RFC 4954 §5), then that it did is all that is known.
        assertThat(CommandParser.parse("MAIL FROM:<a@example.net> " + parameters))
                .isInstanceOfSatisfying(
                        Command.Mail.class,
                        mail ->
                                assertThat(mail.parameters().submitter())
                                        .isEqualTo(MailParameters.Submitter.SAID));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SIZE | 501",
                "SIZE= | 501",
                "SIZE=1k | 501",
                "SIZE=-1 | 501",
                "SIZE=123456789012345678901 | 501",
                "SIZE=1 SIZE=1 | 501",
                "BODY=BINARYMIME | 501",
                "BODY | 501",
                "SMTPUTF8=yes | 501",
                "=1 | 501",
                "-X=1 | 501",
                "RET=HEADER | 501",
                "ENVID=a+0D | 501",
                "BY=120;R | 555",
                "AUTH | 501",
                "AUTH= | 501",
                "AUTH=a | 501",
                "AUTH=a@example.net+0D | 501",
                "AUTH=<a@example.net> | 501",
                "AUTH=<> AUTH=<> | 501",
                "REQUIRETLS=x | 501"
            })
    void aParameterThatIsBadOrWasNotOfferedIsRefused(String parameter, int code) {
        // When a client gives it, then the transaction does not begin.
        assertThat(refusal("MAIL FROM:<a@example.net> " + parameter))
                .isEqualTo(bad(Verb.MAIL, code, 5, 4));
    }

    @Test
    void aParameterOfARecipientThatWasNotOfferedIsRefused() {
        assertThat(refusal("RCPT TO:<b@example.org> RRVS=2026-11-23T12:00:00Z"))
                .isEqualTo(bad(Verb.RCPT, 555, 5, 4));
    }

    @Test
    void charactersBeyondAsciiAreReadAsUtf8() {
        // Given an address in UTF-8.
        String path = "<jörg@bücher.example>";

        // When it comes with SMTPUTF8 and without, then it is a mailbox, or not allowed.
        var mailbox = new Mailbox("jörg", new Domain("xn--bcher-kva.example"));
        assertThat(CommandParser.parse("MAIL FROM:" + path + " SMTPUTF8"))
                .isEqualTo(
                        new Command.Mail(
                                new ReversePath.Sender(mailbox),
                                new MailParameters(0, Body.SEVEN_BIT, SmtpUtf8.ASKED)));
        assertThat(refusal("MAIL FROM:" + path)).isEqualTo(bad(Verb.MAIL, 553, 6, 7));
        assertThat(CommandParser.parse("RCPT TO:" + path))
                .isEqualTo(
                        new Command.Rcpt(
                                new ForwardPath.Recipient(mailbox),
                                Command.Rcpt.Characters.NON_ASCII));
        assertThat(refusal("RCPT TO:<j\uFFFDrg@example.org>"))
                .isEqualTo(bad(Verb.OTHER, 500, 5, 2));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x85, 0x9B, 0xA0, 0xAD, 0x200B, 0x2028, 0x2029, 0x202E, 0x2066, 0x3000, 0xFEFF,
                0xE0001
            })
    void aCharacterThatNobodySeesIsInNoAddress(int unseen) {
        // Given a control, a space, an end of line or a turn of direction beyond ASCII.
        String local = "a" + Character.toString(unseen) + "b";

        // When it stands in an address, as an atom or in quotes, then the address is none.
        for (String path : List.of(local, '"' + local + '"')) {
            assertThat(refusal("RCPT TO:<" + path + "@example.org>"))
                    .isEqualTo(bad(Verb.RCPT, 501, 1, 3));
            assertThat(refusal("MAIL FROM:<" + path + "@example.org> SMTPUTF8"))
                    .isEqualTo(bad(Verb.MAIL, 501, 1, 7));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646",
                "\ud83d\udc68\u200d\ud83d\udcbb",
                "\u0378"
            })
    void joinersAndWhatIsNotAssignedYetAreInAnAddress(String local) {
        // When an address has a joiner, or a character that Unicode may assign, then it is one.
        assertThat(MailboxSyntax.parse(local + "@example.org"))
                .contains(new Mailbox(local, new Domain("example.org")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EHLO | EHLO | 501",
                "EHLO a b | EHLO | 501",
                "EHLO a(b) | EHLO | 501",
                "EHLO é.example | EHLO | 501",
                "HELO | HELO | 501",
                "MAIL | MAIL | 501",
                "MAIL TO:<a@b.example> | MAIL | 501",
                "RCPT FROM:<a@b.example> | RCPT | 501",
                "DATA now | DATA | 501",
                "RSET now | RSET | 501",
                "QUIT now | QUIT | 501",
                "STARTTLS now | STARTTLS | 501",
                "VRFY | VRFY | 501"
            })
    void anArgumentThatIsMissingOrUnwantedIsRefused(String line, Verb verb, int code) {
        // When the command is read, then it is the argument that is bad.
        assertThat(refusal(line)).isEqualTo(bad(verb, code, 5, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"client.example.org", "HOST_1", "[192.0.2.1]", "[IPv6:::1]", "x."})
    void aClientMayCallItselfAnythingThatIsHarmless(String name) {
        // When it says so, then that is its name.
        assertThat(CommandParser.parse("EHLO " + name))
                .isEqualTo(new Command.Hello(Verb.EHLO, name));
    }

    @Test
    void otherVerbsAreUnknownNotImplementedOrAnotherProtocol() {
        // When a client says them, then it hears which.
        assertThat(refusal("")).isEqualTo(bad(Verb.OTHER, 500, 5, 2));
        assertThat(refusal("MAILFROM:<a@b>")).isEqualTo(bad(Verb.OTHER, 500, 5, 2));
        assertThat(refusal("EXPN list")).isEqualTo(bad(Verb.OTHER, 502, 5, 1));
        assertThat(CommandParser.parse("POST / HTTP/1.1")).isEqualTo(new Command.Foreign());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u017fTARTTLS",
                "XCL\u0131ENT ADDR=192.0.2.7",
                "MA\u0131L FROM:<a@example.org>",
                "R\u017fET"
            })
    void aVerbIsNoneThatOnlyUnicodeTakesForOne(String line) {
        // Given a letter that is a small I or S to Unicode, and to no filter that looks for verbs.
        // When the command is read, then nobody knows it.
        assertThat(refusal(line)).isEqualTo(bad(Verb.OTHER, 500, 5, 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MAIL FROM:<a@example.org> \u017fIZE=1",
                "MAIL FROM:<a@example.org> BODY=8B\u0131TMIME",
                "MAIL FROM:<a@example.org> RET=HDR\u017f",
                "RCPT TO:<a@example.org> NOT\u0131FY=NEVER",
                "RCPT TO:<a@example.org> NOTIFY=\u017fUCCESS",
                "RCPT TO:<po\u017ftmaster>",
                "BDAT 5 LA\u017fT",
                "XCLIENT DE\u017fTADDR=192.0.2.7"
            })
    void aWordOfTheProtocolIsNoneEither(String line) {
        // When it stands in the place of one, then the command is not understood.
        assertThat(CommandParser.parse(line))
                .isInstanceOfAny(Malformed.class, Command.BadBdat.class);
    }

    /// The verb and codes of a command that is refused.
    private static String refusal(String line) {
        Command command = CommandParser.parse(line);
        return command instanceof Malformed(var verb, var reply)
                ? bad(verb, reply.code(), reply.status().subject(), reply.status().detail())
                : command.toString();
    }

    private static String bad(Verb verb, int code, int subject, int detail) {
        return verb + " " + code + " " + code / 100 + "." + subject + "." + detail;
    }
}
