package relay.core.smtp;

import java.util.Optional;
import java.util.regex.Pattern;

/// The encodings in which DSN parameters carry text (RFC 3461 §4, RFC 6533 §3). Pure.
public final class Xtext {
    private static final Pattern XTEXT = Pattern.compile("(?:[!-~&&[^+=]]|\\+[0-9A-F]{2})+");
    private static final Pattern UTF8_ADDRESS =
            Pattern.compile("(?:[!-~&&[^+=\\\\]]|[^\\x00-\\x7f]|\\\\x\\{[0-9A-F]{2,6}\\})+");

    private Xtext() {}

    /// What `xtext` stands for; empty where it is no xtext, or stands for what is not printable
    /// ASCII.
    public static Optional<String> decode(String xtext) {
        if (!XTEXT.matcher(xtext).matches()) return Optional.empty();
        var text = new StringBuilder(xtext.length());
        for (int i = 0; i < xtext.length(); i++) {
            char c = xtext.charAt(i);
            if (c == '+') {
                c = (char) Integer.parseInt(xtext.substring(i + 1, i + 3), 16);
                i += 2;
            }
            if (c < ' ' || c > '~') return Optional.empty();
            text.append(c);
        }
        return Optional.of(text.toString());
    }

    /// An address of type `utf-8` in its 7-bit form, which every host takes: what is not ASCII
    /// becomes `\x{E9}`. Empty where it is no such address.
    static Optional<String> sevenBitAddress(String address) {
        if (!UTF8_ADDRESS.matcher(address).matches()) return Optional.empty();
        var text = new StringBuilder(address.length());
        address.codePoints()
                .forEach(c -> {
                    if (c < 0x80) text.appendCodePoint(c);
                    else text.append("\\x{").append("%02X".formatted(c)).append('}');
                });
        return Optional.of(text.toString());
    }
}
