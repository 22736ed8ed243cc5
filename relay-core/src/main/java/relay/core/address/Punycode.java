package relay.core.address;

/// Writes a label with characters beyond ASCII in ASCII alone (RFC 3492 §6.3). Pure.
final class Punycode {
    private static final int BASE = 36;
    private static final int LEAST_THRESHOLD = 1;
    private static final int GREATEST_THRESHOLD = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int FIRST_BIAS = 72;
    private static final int FIRST_BEYOND_ASCII = 0x80;

    private Punycode() {}

    /// The basic characters of `label`, a hyphen where it has any, and the places of the others.
    static String encode(String label) {
        int[] all = label.codePoints().toArray();
        var encoded = new StringBuilder();
        for (int c : all) if (c < FIRST_BEYOND_ASCII) encoded.appendCodePoint(c);
        int basic = encoded.length();
        if (basic > 0) encoded.append('-');
        int handled = basic;
        int bias = FIRST_BIAS;
        int delta = 0;
        int now = FIRST_BEYOND_ASCII;
        while (handled < all.length) {
            int next = leastFrom(now, all);
            delta += (next - now) * (handled + 1);
            for (int c : all) {
                if (c < next) delta++;
                if (c != next) continue;
                append(delta, bias, encoded);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled++;
            }
            delta++;
            now = next + 1;
        }
        return encoded.toString();
    }

    private static int leastFrom(int bound, int[] all) {
        int least = Integer.MAX_VALUE;
        for (int c : all) if (c >= bound && c < least) least = c;
        return least;
    }

    /// A number whose digits tell where it ends.
    private static void append(int number, int bias, StringBuilder encoded) {
        int rest = number;
        for (int place = BASE; ; place += BASE) {
            int threshold = Math.clamp(place - bias, LEAST_THRESHOLD, GREATEST_THRESHOLD);
            if (rest < threshold) break;
            int span = BASE - threshold;
            encoded.append(digit(threshold + (rest - threshold) % span));
            rest = (rest - threshold) / span;
        }
        encoded.append(digit(rest));
    }

    private static char digit(int value) {
        return (char) (value < 26 ? 'a' + value : '0' + value - 26);
    }

    private static int adapted(int delta, int handled, boolean first) {
        int scaled = first ? delta / DAMP : delta / 2;
        scaled += scaled / handled;
        int steps = 0;
        while (scaled > (BASE - LEAST_THRESHOLD) * GREATEST_THRESHOLD / 2) {
            scaled /= BASE - LEAST_THRESHOLD;
            steps += BASE;
        }
        return steps + (BASE - LEAST_THRESHOLD + 1) * scaled / (scaled + SKEW);
    }
}
