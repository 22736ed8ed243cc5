package relay.core.smtp;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import relay.core.smtp.MailParameters.Body;
import relay.core.smtp.MailParameters.RequireTls;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.MailParameters.SmtpUtf8;
import relay.core.smtp.MailParameters.Submitter;

/// Reads what follows the path in `MAIL FROM` (RFC 5321 §4.1.2, `Mail-parameters`). A parameter
/// that was not offered is refused, never ignored: it can be a demand.
final class MailParameterParser {
    static final Pattern KEYWORD = Pattern.compile("[A-Z0-9][A-Z0-9-]*");
    private static final int MAX_ENVELOPE_ID_CHARS = 100;
    private static final Pattern SIZE_VALUE = Pattern.compile("=[0-9]{1,20}");

    private final Set<String> seen = new HashSet<>();
    private long sizeBytes;
    private Body body = Body.SEVEN_BIT;
    private SmtpUtf8 smtpUtf8 = SmtpUtf8.NOT_ASKED;
    private Returned returned = Returned.NOT_SAID;
    private String envelopeId = "";
    private RequireTls requireTls = RequireTls.NOT_ASKED;
    private Submitter submitter = Submitter.NOT_SAID;

    sealed interface Parsed {
        record Right(MailParameters parameters) implements Parsed {}

        record Wrong(Reply reply) implements Parsed {}
    }

    /// `text` begins with the blank after the path, or is empty.
    static Parsed parse(String text) {
        if (text.isEmpty()) return new Parsed.Right(MailParameters.NONE);
        if (!text.startsWith(" ")) return new Parsed.Wrong(SyntaxReplies.BAD_SENDER);
        var parser = new MailParameterParser();
        for (String parameter : text.strip().split(" +", -1)) {
            if (!parser.isWellFormed(parameter)) return wrong(SyntaxReplies.BAD_PARAMETER);
            Verdict verdict = parser.take(parameter);
            if (verdict == Verdict.BAD) return wrong(SyntaxReplies.BAD_PARAMETER);
            if (verdict == Verdict.UNKNOWN) return wrong(SyntaxReplies.UNKNOWN_PARAMETER);
        }
        return new Parsed.Right(parser.parameters());
    }

    private MailParameters parameters() {
        return new MailParameters(
                sizeBytes, body, smtpUtf8, returned, envelopeId, requireTls, submitter);
    }

    private enum Verdict {
        GOOD,
        BAD,
        UNKNOWN
    }

    private static Parsed wrong(Reply reply) {
        return new Parsed.Wrong(reply);
    }

    private boolean isWellFormed(String parameter) {
        String keyword = keyword(parameter);
        return KEYWORD.matcher(keyword).matches() && seen.add(keyword);
    }

    private Verdict take(String parameter) {
        String keyword = keyword(parameter);
        String value = parameter.substring(keyword.length());
        return switch (keyword) {
            case "SIZE" -> takeSize(value);
            case "BODY" -> takeBody(Ascii.upper(value));
            case "SMTPUTF8" -> takeSmtpUtf8(value);
            case "RET" -> takeReturned(Ascii.upper(value));
            case "ENVID" -> takeEnvelopeId(value);
            case "AUTH" -> takeSubmitter(value);
            case "REQUIRETLS" -> takeRequireTls(value);
            default -> Verdict.UNKNOWN;
        };
    }

    static String keyword(String parameter) {
        int equals = parameter.indexOf('=');
        return Ascii.upper(equals < 0 ? parameter : parameter.substring(0, equals));
    }

    private Verdict takeSize(String value) {
        if (!SIZE_VALUE.matcher(value).matches()) return Verdict.BAD;
        String digits = value.substring(1);
        sizeBytes = digits.length() > 18 ? saturated(digits) : Long.parseLong(digits);
        return Verdict.GOOD;
    }

    // Twenty digits hold more than a long, and no message is that large.
    private static long saturated(String digits) {
        return new BigInteger(digits).min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
    }

    private Verdict takeBody(String value) {
        if (value.equals("=8BITMIME")) body = Body.EIGHT_BIT_MIME;
        return value.equals("=8BITMIME") || value.equals("=7BIT") ? Verdict.GOOD : Verdict.BAD;
    }

    private Verdict takeRequireTls(String value) {
        requireTls = RequireTls.ASKED;
        return value.isEmpty() ? Verdict.GOOD : Verdict.BAD;
    }

    private Verdict takeSubmitter(String value) {
        submitter = Submitter.SAID;
        String written = value.isEmpty() ? "" : value.substring(1);
        boolean good =
                Xtext.decode(written)
                        .filter(text -> text.equals("<>") || MailboxSyntax.parse(text).isPresent())
                        .isPresent();
        return good ? Verdict.GOOD : Verdict.BAD;
    }

    private Verdict takeReturned(String value) {
        returned = value.equals("=FULL") ? Returned.FULL : Returned.HEADER;
        return value.equals("=FULL") || value.equals("=HDRS") ? Verdict.GOOD : Verdict.BAD;
    }

    private Verdict takeEnvelopeId(String value) {
        envelopeId = value.isEmpty() ? "" : value.substring(1);
        boolean fits = envelopeId.length() <= MAX_ENVELOPE_ID_CHARS;
        return fits && Xtext.decode(envelopeId).isPresent() ? Verdict.GOOD : Verdict.BAD;
    }

    private Verdict takeSmtpUtf8(String value) {
        smtpUtf8 = SmtpUtf8.ASKED;
        return value.isEmpty() ? Verdict.GOOD : Verdict.BAD;
    }
}
