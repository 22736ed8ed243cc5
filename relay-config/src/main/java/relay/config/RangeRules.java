package relay.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import relay.core.address.IpRange;

/// IP ranges that share a binding may nest, so that the most specific is always one; they are never
/// equal and never overlap partly.
final class RangeRules {
    private static final Comparator<IpRange> OUTER_FIRST =
            Comparator.comparingInt((IpRange range) -> range.first().getAddress().length)
                    .thenComparing(range -> range.first().getAddress(), Arrays::compareUnsigned)
                    .thenComparing(
                            range -> range.last().getAddress(),
                            (one, other) -> Arrays.compareUnsigned(other, one));

    private RangeRules() {}

    /// All ranges of one binding. Costs n log n for n ranges: each is compared with the innermost
    /// of those that enclose its first address, no other.
    static void check(List<Located<IpRange>> ranges, Problems problems) {
        var sorted = new ArrayList<>(ranges);
        sorted.sort(
                Comparator.comparing((Located<IpRange> range) -> range.value(), OUTER_FIRST)
                        .thenComparing(Located::place));
        Deque<Located<IpRange>> enclosing = new ArrayDeque<>();
        for (Located<IpRange> range : sorted) {
            while (!enclosing.isEmpty() && !enclosing.peek().value().overlaps(range.value())) {
                enclosing.pop();
            }
            if (!enclosing.isEmpty()) checkPair(enclosing.peek(), range, problems);
            enclosing.push(range);
        }
    }

    private static void checkPair(Located<IpRange> one, Located<IpRange> other, Problems problems) {
        boolean equal = one.value().equals(other.value());
        if (!equal && one.value().contains(other.value())) return;
        boolean inOrder = one.place().compareTo(other.place()) < 0;
        Located<IpRange> first = inOrder ? one : other;
        Located<IpRange> later = inOrder ? other : one;
        String relation = equal ? " is also the range " : " overlaps partly with ";
        String what = Quoted.of(later.written()) + relation + Quoted.of(first.written()) + " at ";
        problems.error(
                later.place(),
                what + first.place().brief(),
                "ranges that share a binding may nest, never be equal or overlap partly");
    }
}
