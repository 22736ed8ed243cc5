package relay.server.cli;

import java.time.Duration;
import java.util.Locale;
import relay.core.smtp.RemoteText;

/// How ages, sizes and strangers' texts are printed. Pure.
final class Words {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Words() {}

    /// The two largest units: `45s`, `12m5s`, `3h20m`, `2d3h`.
    static String span(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) return seconds + "s";
        if (seconds < 3600) return two(seconds / 60, "m", seconds % 60, "s");
        if (seconds < 86400) return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
        return two(seconds / 86400, "d", seconds % 86400 / 3600, "h");
    }

    private static String two(long large, String unit, long small, String smallUnit) {
        return small == 0 ? large + unit : large + unit + small + smallUnit;
    }

    /// `512 B`, `2.0 KiB`.
    static String size(long bytes) {
        double shown = bytes;
        int unit = 0;
        while (shown >= 1024 && unit < UNITS.length - 1) {
            shown /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", shown, UNITS[unit]);
    }

    /// The text with `�` for everything that is not printable ([RemoteText]): mail addresses and
    /// errors are strangers' words.
    static String printable(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints()
                .map(character -> RemoteText.isPrintable(character) ? character : '\uFFFD')
                .forEach(safe::appendCodePoint);
        return safe.toString();
    }

    /// At most `columns` characters, the last of them `…` where something was cut.
    static String cut(String text, int columns) {
        if (text.length() <= columns) return text;
        return columns <= 1 ? "…" : text.substring(0, columns - 1) + "…";
    }
}
