package relay.config;

/// Text of a file as an error message repeats it: short, and without control characters.
final class Quoted {
    private static final int MAX_CHARACTERS = 60;

    private Quoted() {}

    static String of(String text) {
        var shown = new StringBuilder("`");
        text.codePoints()
                .limit(MAX_CHARACTERS)
                .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        if (text.codePointCount(0, text.length()) > MAX_CHARACTERS) shown.append("...");
        return shown.append('`').toString();
    }
}
