package relay.core.sasl;

import java.text.Normalizer;

/// Brings a user name or password into the form of RFC 4013, so that one that is typed on different
/// keyboards is the same. What that RFC prohibits is left as it is: the other side refuses it.
public final class SaslPrep {
    /// RFC 3454 table B.1: what is mapped to nothing. U+200B is in both tables, and goes.
    private static final String INVISIBLE =
            "[\\u00ad\\u034f\\u1806\\u180b-\\u180d\\u200b-\\u200d\\u2060\\ufe00-\\ufe0f\\ufeff]";

    /// RFC 3454 table C.1.2: what is mapped to a blank.
    private static final String BLANKS = "[\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]";

    private SaslPrep() {}

    public static String prepared(String text) {
        if (text.chars().allMatch(c -> c < 0x80)) return text;
        String mapped = text.replaceAll(INVISIBLE, "").replaceAll(BLANKS, " ");
        return Normalizer.normalize(mapped, Normalizer.Form.NFKC);
    }
}
