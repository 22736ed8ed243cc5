package relay.core.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.regex.Pattern;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.fuzz.Claim;

/// Fuzz target: the text of one command line, of an address, of a domain and of xtext. What was
/// understood and is written again is understood as the same.
public final class AddressFuzz {
    private static final Pattern PRINTABLE =
            Pattern.compile("[^\\p{Cntrl}\\x{2028}\\x{2029}\\x{202E}]*");
    private static final Pattern PRINTABLE_ASCII = Pattern.compile("[ -~]*");
    private static final Pattern CLIENT_NAME = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,255}");
    private static final Pattern DOMAIN = Pattern.compile("[!-~]{1,255}");
    private static final int MAX_PATH_OCTETS = 256;

    private AddressFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, UTF_8);
        switch (CommandParser.parse(text)) {
            case Command.Mail(ReversePath.Sender(var mailbox), _) -> assertReadsAgain(mailbox);
            case Command.Rcpt(ForwardPath.Recipient(var mailbox), _, var parameters) -> {
                assertReadsAgain(mailbox);
                assertReadsAgain(parameters);
            }
            case Command.Hello(_, var name) ->
                    Claim.that(CLIENT_NAME.matcher(name).matches(), "a client's name", name);
            case Command.Malformed(_, var reply) ->
                    Claim.that(!reply.isPositive(), "a refusal", reply);
            case Command _ -> {}
        }
        MailboxSyntax.parse(text).ifPresent(AddressFuzz::assertReadsAgain);
        Domain.parse(text).ifPresent(AddressFuzz::assertReadsAgain);
        Xtext.decode(text)
                .ifPresent(decoded ->
                        Claim.that(PRINTABLE_ASCII.matcher(decoded).matches(), "xtext", decoded));
        Xtext.sevenBitAddress(text)
                .ifPresent(address ->
                        Claim.that(
                                PRINTABLE_ASCII.matcher(address).matches(), "seven bits", address));
        assertPrintable(RemoteText.printable(text, 100));
    }

    private static void assertReadsAgain(RcptParameters parameters) {
        String written = parameters.toString();
        Claim.that(PRINTABLE_ASCII.matcher(written).matches(), "seven bits", written);
        Claim.same(
                new RcptParameterParser.Parsed.Right(parameters),
                RcptParameterParser.parse(written),
                "a recipient's parameters");
    }

    private static void assertReadsAgain(Mailbox mailbox) {
        assertReadsAgain(mailbox.domain());
        String written = mailbox.toString();
        Claim.that(written.chars().noneMatch(Character::isISOControl), "no control", written);
        // A domain may be longer in A-labels than it was as written.
        if (written.getBytes(UTF_8).length + 2 > MAX_PATH_OCTETS) return;
        // Stands for what was no UTF-8, which a file of ours may have and no command.
        if (written.indexOf('\uFFFD') >= 0) return;
        Claim.same(Optional.of(mailbox), MailboxSyntax.parse(written), "an address");
        var again = CommandParser.parse("MAIL FROM:<" + written + "> SMTPUTF8");
        boolean same =
                again instanceof Command.Mail(ReversePath.Sender(var sender), _)
                        && sender.equals(mailbox);
        Claim.that(same, "a command with " + mailbox, again);
    }

    private static void assertReadsAgain(Domain domain) {
        Claim.same(Optional.of(domain), Domain.parse(domain.name()), "a domain");
        Claim.that(DOMAIN.matcher(domain.name()).matches(), "a domain", domain);
        Optional<Domain> parent = domain.parent();
        parent.ifPresent(above ->
                Claim.that(domain.name().endsWith("." + above.name()), "its parent", above));
    }

    private static void assertPrintable(String text) {
        Claim.that(text.length() <= 100 && PRINTABLE.matcher(text).matches(), "printable", text);
    }
}
