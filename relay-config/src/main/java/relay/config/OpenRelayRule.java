package relay.config;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import relay.core.address.IpRange;

/// A connector that takes mail from everyone is an open relay, and such a range is more often a way
/// around a network problem than meant: it is an error unless the file says it in so many words.
final class OpenRelayRule {
    private static final String KEY = "openRelay";
    private static final String WORDS = "anyone-may-send-to-anyone";

    /// Half of all IPv4 addresses; as many IPv6 addresses as are given out, 2000::/3.
    private static final BigInteger EVERYONE_IPV4 = BigInteger.TWO.pow(31);

    private static final BigInteger EVERYONE_IPV6 = BigInteger.TWO.pow(125);

    /// Larger than 10.0.0.0/8 or an IPv6 /16, no network is anyone's own.
    private static final BigInteger OWN_IPV4 = BigInteger.TWO.pow(24);

    private static final BigInteger OWN_IPV6 = BigInteger.TWO.pow(112);

    private OpenRelayRule() {}

    static void check(Section section, List<Located<IpRange>> ranges) {
        boolean said = section.has(KEY);
        List<Located<IpRange>> open = everyone(ranges);
        if (said && open.isEmpty()) {
            section.keyPlace(KEY)
                    .ifPresent(place ->
                            section.problems()
                                    .error(
                                            place,
                                            "`openRelay` without a range that holds everyone",
                                            "remove it"));
        }
        for (Located<IpRange> range : ranges) {
            if (open.contains(range) && !said) refuse(range, section.problems());
            else if (isLargerThan(range.value(), OWN_IPV4, OWN_IPV6)) {
                note(range, section.problems());
            }
        }
    }

    /// Whoever is a proxy may name any client: everyone never is one.
    static void checkProxies(List<Located<IpRange>> proxies, Problems problems) {
        for (Located<IpRange> range : everyone(proxies)) {
            String what = "with " + Quoted.of(range.written()) + " everyone may name any client";
            problems.error(range.place(), what, "list the addresses of your proxies");
        }
    }

    /// The largest range of each family of which the ranges together hold everyone.
    private static List<Located<IpRange>> everyone(List<Located<IpRange>> ranges) {
        return List.of(4, 16).stream()
                .flatMap(octets -> everyone(ranges, octets).stream())
                .toList();
    }

    private static Optional<Located<IpRange>> everyone(
            List<Located<IpRange>> ranges, int addressOctets) {
        BigInteger all = addressOctets == 4 ? EVERYONE_IPV4 : EVERYONE_IPV6;
        List<Located<IpRange>> family =
                ranges.stream().filter(range -> octets(range.value()) == addressOctets).toList();
        // Most lists are long and small: only one that might be too large is looked at in pairs.
        if (held(family).compareTo(all) < 0) return Optional.empty();
        List<Located<IpRange>> outermost =
                family.stream().filter(range -> isOutermost(range, family)).toList();
        return held(outermost).compareTo(all) < 0
                ? Optional.empty()
                : outermost.stream().max(Comparator.comparing(range -> range.value().size()));
    }

    private static BigInteger held(List<Located<IpRange>> ranges) {
        return ranges.stream()
                .map(range -> range.value().size())
                .reduce(BigInteger.ZERO, BigInteger::add);
    }

    /// Ranges that nest count once; any others that overlap are an error of their own.
    private static boolean isOutermost(Located<IpRange> range, List<Located<IpRange>> ranges) {
        return ranges.stream()
                .noneMatch(other ->
                        !other.value().equals(range.value())
                                && other.value().contains(range.value()));
    }

    private static void refuse(Located<IpRange> range, Problems problems) {
        String what =
                "with "
                        + Quoted.of(range.written())
                        + " this is an open relay: everyone may send mail to anyone through us";
        problems.error(
                range.place(),
                what,
                "list the addresses of your own mail servers; where it is meant, write openRelay: "
                        + WORDS
                        + " beside it");
    }

    private static void note(Located<IpRange> range, Problems problems) {
        String text =
                "whoever is in "
                        + Quoted.of(range.written())
                        + " may send mail to anyone through us";
        problems.note(range.place(), text);
    }

    private static boolean isLargerThan(IpRange range, BigInteger ipv4, BigInteger ipv6) {
        return range.size().compareTo(octets(range) == 4 ? ipv4 : ipv6) > 0;
    }

    private static int octets(IpRange range) {
        return range.first().getAddress().length;
    }
}
