package relay.core.smtp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import relay.core.address.ReversePath;
import relay.core.smtp.Command.Bdat.Last;
import relay.core.smtp.Command.Malformed;
import relay.core.smtp.Command.Rcpt.Characters;
import relay.core.smtp.MailParameterParser.Parsed;
import relay.core.smtp.MailboxSyntax.WrittenPath;

/// Reads one command line, without its line end (RFC 5321 §4.1.1). Pure; any thread.
///
/// Lenient where old devices are sloppy and nothing can be misread: blanks after `FROM:` and at the
/// line's end, host names with an underscore. Strict in everything that names a mailbox.
public final class CommandParser {
    private static final int MAX_CLIENT_NAME = 255;
    private static final Pattern CHUNK = Pattern.compile("([0-9]{1,18})( +LAST)?");
    private static final char NOT_UTF_8 = '\uFFFD';

    private CommandParser() {}

    public static Command parse(String line) {
        String text = line.stripTrailing();
        int blank = text.indexOf(' ');
        String word = Ascii.upper(blank < 0 ? text : text.substring(0, blank));
        if (line.indexOf(NOT_UTF_8) >= 0) {
            return word.equals(Verb.XCLIENT.name())
                    ? malformed(Verb.XCLIENT, SyntaxReplies.BAD_XCLIENT)
                    : malformed(Verb.OTHER, SyntaxReplies.NOT_UTF_8);
        }
        String argument = blank < 0 ? "" : text.substring(blank + 1).stripLeading();
        return switch (word) {
            case "EHLO" -> hello(Verb.EHLO, argument);
            case "HELO" -> hello(Verb.HELO, argument);
            case "MAIL" -> mail(argument);
            case "RCPT" -> rcpt(argument);
            case "DATA" -> bare(argument, new Command.Data());
            case "BDAT" -> bdat(Ascii.upper(argument));
            case "RSET" -> bare(argument, new Command.Reset());
            case "QUIT" -> bare(argument, new Command.Quit());
            case "STARTTLS" -> bare(argument, new Command.StartTls());
            case "AUTH" -> auth(argument);
            case "XCLIENT" -> handOn(argument);
            case "NOOP" -> new Command.Noop();
            case "HELP" -> new Command.Help();
            case "VRFY" -> verify(argument);
            case "EXPN", "TURN", "ETRN", "SEND", "SOML", "SAML" ->
                    malformed(Verb.OTHER, SyntaxReplies.NOT_IMPLEMENTED);
            case "GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT" -> new Command.Foreign();
            default -> malformed(Verb.OTHER, SyntaxReplies.UNKNOWN);
        };
    }

    private static Command hello(Verb verb, String name) {
        return isClientName(name)
                ? new Command.Hello(verb, name)
                : malformed(verb, SyntaxReplies.BAD_CLIENT_NAME);
    }

    // Wider than RFC 5321 §4.1.2 has it, since machines do call themselves HOST_1; narrow enough
    // to stand in a Received field as it is.
    static boolean isClientName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean alphanumeric =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && "._-:[]".indexOf(c) < 0) return false;
        }
        return !name.isEmpty() && name.length() <= MAX_CLIENT_NAME;
    }

    private static Command bare(String argument, Command command) {
        return argument.isEmpty()
                ? command
                : malformed(command.verb(), SyntaxReplies.UNWANTED_ARGUMENT);
    }

    private static Command auth(String argument) {
        String[] words = argument.split(" ", -1);
        boolean formed = words.length <= 2 && words[0].matches("[A-Za-z0-9_-]{1,20}");
        if (!formed) return malformed(Verb.AUTH, SyntaxReplies.AUTH_SYNTAX);
        return new Command.Auth(Ascii.upper(words[0]), words.length == 2 ? words[1] : "");
    }

    private static Command handOn(String argument) {
        return XClient.parse(argument)
                .<Command>map(Command.HandOn::new)
                .orElseGet(() -> malformed(Verb.XCLIENT, SyntaxReplies.BAD_XCLIENT));
    }

    private static Command bdat(String argument) {
        Matcher words = CHUNK.matcher(argument);
        if (!words.matches()) return new Command.BadBdat();
        Last last = words.group(2) == null ? Last.NO : Last.YES;
        return new Command.Bdat(Long.parseLong(words.group(1)), last);
    }

    private static Command verify(String argument) {
        return argument.isEmpty()
                ? malformed(Verb.VRFY, SyntaxReplies.MISSING_ARGUMENT)
                : new Command.Verify();
    }

    private static Command mail(String argument) {
        int start = pathStart(argument, "FROM:");
        if (start < 0) return malformed(Verb.MAIL, SyntaxReplies.MAIL_SYNTAX);
        var path = MailboxSyntax.path(argument, start);
        return path.isPresent()
                ? mail(path.get(), argument)
                : malformed(Verb.MAIL, SyntaxReplies.BAD_SENDER);
    }

    private static Command mail(WrittenPath path, String argument) {
        return switch (MailParameterParser.parse(argument.substring(path.end()))) {
            case Parsed.Wrong(var reply) -> malformed(Verb.MAIL, reply);
            case Parsed.Right(var parameters) -> mail(path, argument, parameters);
        };
    }

    private static Command mail(WrittenPath path, String argument, MailParameters parameters) {
        if (path.localPart().isEmpty() && path.domain().isEmpty()) {
            return new Command.Mail(new ReversePath.Null(), parameters);
        }
        boolean ascii = Ascii.isAscii(argument.substring(0, path.end()));
        if (!ascii && parameters.smtpUtf8() == MailParameters.SmtpUtf8.NOT_ASKED) {
            return malformed(Verb.MAIL, SyntaxReplies.NON_ASCII_ADDRESS);
        }
        return path.mailbox()
                .<Command>map(
                        sender -> new Command.Mail(new ReversePath.Sender(sender), parameters))
                .orElseGet(() -> malformed(Verb.MAIL, SyntaxReplies.BAD_SENDER));
    }

    private static Command rcpt(String argument) {
        int start = pathStart(argument, "TO:");
        if (start < 0) return malformed(Verb.RCPT, SyntaxReplies.RCPT_SYNTAX);
        var path = MailboxSyntax.path(argument, start);
        if (path.isEmpty()) return malformed(Verb.RCPT, SyntaxReplies.BAD_RECIPIENT);
        return switch (RcptParameterParser.parse(argument.substring(path.get().end()))) {
            case RcptParameterParser.Parsed.Wrong(var reply) -> malformed(Verb.RCPT, reply);
            case RcptParameterParser.Parsed.Right(var parameters) ->
                    rcpt(path.get(), argument, parameters);
        };
    }

    private static Command rcpt(WrittenPath path, String argument, RcptParameters parameters) {
        var characters = Ascii.isAscii(argument) ? Characters.ASCII : Characters.NON_ASCII;
        if (path.domain().isEmpty() && Ascii.upper(path.localPart()).equals("POSTMASTER")) {
            var postmaster = new ForwardPath.Postmaster(path.localPart());
            return new Command.Rcpt(postmaster, characters, parameters);
        }
        return path.mailbox()
                .<Command>map(mailbox ->
                        new Command.Rcpt(
                                new ForwardPath.Recipient(mailbox), characters, parameters))
                .orElseGet(() -> malformed(Verb.RCPT, SyntaxReplies.BAD_RECIPIENT));
    }

    /// Where the path begins after `keyword`, blanks skipped; -1 without the keyword.
    private static int pathStart(String argument, String keyword) {
        if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) return -1;
        int start = keyword.length();
        while (start < argument.length() && argument.charAt(start) == ' ') start++;
        return start;
    }

    private static Command malformed(Verb verb, Reply reply) {
        return new Malformed(verb, reply);
    }
}
