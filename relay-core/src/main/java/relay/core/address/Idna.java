package relay.core.address;

import java.net.IDN;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Writes domain names in A-labels (RFC 5891 §4.4). Pure.
///
/// The JDK knows IDNA 2003 alone, which takes four characters for others: `faß.example` for
/// `fass.example`, another domain, whose owner must not get that mail. Labels with ß and final sigma
/// are written here, as IDNA 2008 has them; those with a joiner, which is right in few places and
/// invisible in all, are refused.
final class Idna {
    private static final String LABEL_SEPARATORS = "[.\u3002\uFF0E\uFF61]";
    private static final String JOINERS = "\u200C\u200D";
    private static final char SHARP_S = '\u00DF';
    private static final char CAPITAL_SHARP_S = '\u1E9E';
    private static final char FINAL_SIGMA = '\u03C2';

    private Idna() {}

    /// `name` in A-labels and lower case; empty where it has none.
    static Optional<String> aLabels(String name) {
        if (isAscii(name)) return Optional.of(name.toLowerCase(Locale.ROOT));
        try {
            return hasDeviations(name) ? byLabels(name) : Optional.of(byJdk(name));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    // In it there is nothing to write in another way; whether it is a name is for others to say.
    private static boolean isAscii(String name) {
        for (int i = 0; i < name.length(); i++) if (name.charAt(i) > 127) return false;
        return true;
    }

    private static String byJdk(String text) {
        return IDN.toASCII(text, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    }

    private static boolean hasDeviations(String text) {
        return text.chars()
                .anyMatch(c ->
                        c == SHARP_S
                                || c == CAPITAL_SHARP_S
                                || c == FINAL_SIGMA
                                || JOINERS.indexOf(c) >= 0);
    }

    private static Optional<String> byLabels(String name) {
        List<String> labels = new ArrayList<>();
        for (String label : name.split(LABEL_SEPARATORS, -1)) {
            if (label.chars().anyMatch(c -> JOINERS.indexOf(c) >= 0)) return Optional.empty();
            labels.add(hasDeviations(label) ? deviating(label) : byJdk(label));
        }
        return Optional.of(String.join(".", labels));
    }

    // What else is in the label must be good to the JDK, which is shown it without the deviations.
    private static String deviating(String label) {
        String plain =
                label.replace(SHARP_S, 's').replace(CAPITAL_SHARP_S, 's').replace(FINAL_SIGMA, 's');
        var _ = IDN.toASCII(plain, IDN.ALLOW_UNASSIGNED | IDN.USE_STD3_ASCII_RULES);
        return "xn--"
                + Punycode.encode(Normalizer.normalize(lowerCase(label), Normalizer.Form.NFKC));
    }

    // Character by character: at a word's end a String makes a final sigma of a capital one.
    private static String lowerCase(String label) {
        var lower = new StringBuilder(label.length());
        label.codePoints().map(Character::toLowerCase).forEach(lower::appendCodePoint);
        return lower.toString();
    }
}
