package relay.config;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import relay.core.tls.TlsPin;
import relay.core.tls.TlsPin.Subject;

/// Reads a pin: `sha256/cert:` or `sha256/key:` and 64 hexadecimal digits, with a colon after each
/// two, as openssl prints them, or with none.
final class PinText {
    private static final Pattern FORM = Pattern.compile("sha256/(cert|key):(.*)");
    private static final Pattern DIGITS =
            Pattern.compile("[0-9a-fA-F]{64}|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){31}");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]{43}=");

    private PinText() {}

    static Parsed<TlsPin> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            String hint = "sha256/cert: or sha256/key:, and the digest in hexadecimal";
            return Parsed.bad(Quoted.of(text) + " is not a pin", hint);
        }
        String digest = form.group(2);
        if (BASE64.matcher(digest).matches()) {
            String hexadecimal = HexFormat.of().formatHex(Base64.getDecoder().decode(digest));
            String hint = "write sha256/" + form.group(1) + ":" + hexadecimal;
            return Parsed.bad(Quoted.of(text) + " is in Base64", hint);
        }
        if (!DIGITS.matcher(digest).matches()) {
            String what = Quoted.of(text) + " has no SHA-256 after the colon";
            return Parsed.bad(what, "64 hexadecimal digits, with a colon after each two or none");
        }
        Subject subject = form.group(1).equals("key") ? Subject.KEY : Subject.CERTIFICATE;
        return Parsed.good(new TlsPin(subject, digest.replace(":", "").toLowerCase(Locale.ROOT)));
    }
}
