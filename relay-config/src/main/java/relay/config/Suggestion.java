package relay.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the word that was probably meant.
final class Suggestion {
    private static final int MIN_BEGINNING = 3;

    private Suggestion() {}

    /// The word of `known` that begins with `written` or is nearest to it, case aside; empty where
    /// none is near.
    static Optional<String> nearest(String written, Collection<String> known) {
        int tolerance = 1 + Math.min(written.length(), 25) / 5;
        Optional<String> begun =
                known.stream()
                        .filter(_ -> written.length() >= MIN_BEGINNING)
                        .filter(word -> word.regionMatches(true, 0, written, 0, written.length()))
                        .findFirst();
        return begun.isPresent() ? begun : nearest(written, known, tolerance);
    }

    private static Optional<String> nearest(
            String written, Collection<String> known, int tolerance) {
        return known.stream()
                .filter(word -> Math.abs(word.length() - written.length()) <= tolerance)
                .min(Comparator.comparingInt(word -> distance(written, word)))
                .filter(word -> distance(written, word) <= tolerance);
    }

    /// How many characters must be put in, taken out or replaced (Levenshtein).
    private static int distance(String one, String other) {
        int[] above = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) above[j] = j;
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced =
                        above[j - 1] + (same(one.charAt(i - 1), other.charAt(j - 1)) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[other.length()];
    }

    private static boolean same(char one, char other) {
        return Character.toLowerCase(one) == Character.toLowerCase(other);
    }
}
