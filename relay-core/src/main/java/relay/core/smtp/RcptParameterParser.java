package relay.core.smtp;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import relay.core.smtp.RcptParameters.Notify;

/// Reads what follows the path in `RCPT TO` (RFC 5321 §4.1.2, `Rcpt-parameters`). A parameter that
/// was not offered is refused, never ignored: it can be a demand.
final class RcptParameterParser {
    private static final int MAX_ORIGINAL_RECIPIENT_CHARS = 500;
    private static final Pattern ADDRESS_TYPE = Pattern.compile("[!-~&&[^()<>@,;:\\\\\".\\[\\]]]+");

    private final Set<String> seen = new HashSet<>();
    private Set<Notify> conditions = Set.of();
    private String originalRecipient = "";

    sealed interface Parsed {
        record Right(RcptParameters parameters) implements Parsed {}

        record Wrong(Reply reply) implements Parsed {}
    }

    private enum Verdict {
        GOOD,
        BAD,
        UNKNOWN
    }

    /// `text` begins with the blank after the path, or is empty.
    static Parsed parse(String text) {
        if (text.isEmpty()) return new Parsed.Right(RcptParameters.NONE);
        if (!text.startsWith(" ")) return new Parsed.Wrong(SyntaxReplies.BAD_RECIPIENT);
        var parser = new RcptParameterParser();
        for (String parameter : text.strip().split(" +", -1)) {
            Verdict verdict = parser.take(parameter);
            if (verdict == Verdict.BAD) return new Parsed.Wrong(SyntaxReplies.BAD_PARAMETER);
            if (verdict == Verdict.UNKNOWN) {
                return new Parsed.Wrong(SyntaxReplies.UNKNOWN_PARAMETER);
            }
        }
        return new Parsed.Right(new RcptParameters(parser.conditions, parser.originalRecipient));
    }

    // The value keeps its case: the address in ORCPT is passed on as it is.
    private Verdict take(String parameter) {
        String keyword = MailParameterParser.keyword(parameter);
        if (!MailParameterParser.KEYWORD.matcher(keyword).matches()) return Verdict.BAD;
        String value = parameter.substring(keyword.length());
        return switch (keyword) {
            case "NOTIFY" -> seen.add(keyword) ? takeNotify(value) : Verdict.BAD;
            case "ORCPT" -> seen.add(keyword) ? takeOriginalRecipient(value) : Verdict.BAD;
            default -> Verdict.UNKNOWN;
        };
    }

    private Verdict takeNotify(String value) {
        if (value.length() < 2) return Verdict.BAD;
        var read = EnumSet.noneOf(Notify.class);
        for (String word : Ascii.upper(value.substring(1)).split(",", -1)) {
            switch (word) {
                case "NEVER" -> read.add(Notify.NEVER);
                case "SUCCESS" -> read.add(Notify.SUCCESS);
                case "FAILURE" -> read.add(Notify.FAILURE);
                case "DELAY" -> read.add(Notify.DELAY);
                default -> {
                    return Verdict.BAD;
                }
            }
        }
        if (read.contains(Notify.NEVER) && read.size() > 1) return Verdict.BAD;
        conditions = read;
        return Verdict.GOOD;
    }

    private Verdict takeOriginalRecipient(String value) {
        int semicolon = value.indexOf(';');
        if (semicolon < 2) return Verdict.BAD;
        String type = value.substring(1, semicolon);
        if (!ADDRESS_TYPE.matcher(type).matches()) return Verdict.BAD;
        Optional<String> address = address(type, value.substring(semicolon + 1));
        originalRecipient = address.map(text -> type + ";" + text).orElse("");
        boolean fits = originalRecipient.length() <= MAX_ORIGINAL_RECIPIENT_CHARS;
        return address.isPresent() && fits ? Verdict.GOOD : Verdict.BAD;
    }

    /// The address as it is kept and passed on; empty where it is badly encoded.
    private static Optional<String> address(String type, String encoded) {
        return type.equalsIgnoreCase("utf-8")
                ? Xtext.sevenBitAddress(encoded)
                : Xtext.decode(encoded).map(_ -> encoded);
    }
}
