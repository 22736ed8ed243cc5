package relay.core.smtp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a host offers in its reply to EHLO (RFC 5321 §4.1.1.1): keywords in upper case, each with
/// its parameters. A keyword that comes twice has the parameters of both.
public record Extensions(Map<String, List<String>> offered) {
    /// What a host offers that only knows HELO.
    public static final Extensions NONE = new Extensions(Map.of());

    private static final String LEGACY_AUTH = "AUTH=";
    private static final int MAX_SIZE_DIGITS = 18;

    public Extensions {
        offered = Map.copyOf(offered);
    }

    /// Reads the lines after the first, which is the host's greeting.
    public static Extensions of(Reply ehlo) {
        var offered = new HashMap<String, List<String>>();
        for (String line : ehlo.lines().subList(1, ehlo.lines().size())) {
            List<String> words = words(line);
            if (words.isEmpty()) continue;
            offered.computeIfAbsent(words.getFirst(), _ -> new ArrayList<>())
                    .addAll(words.subList(1, words.size()));
        }
        return new Extensions(offered);
    }

    private static List<String> words(String line) {
        String upper = line.strip().toUpperCase(Locale.ROOT);
        // Old hosts write `AUTH=LOGIN`, for older clients.
        if (upper.startsWith(LEGACY_AUTH)) upper = "AUTH " + upper.substring(LEGACY_AUTH.length());
        return upper.isEmpty() ? List.of() : List.of(upper.split(" +"));
    }

    public boolean offers(Extension extension) {
        return offered.containsKey(extension.keyword());
    }

    /// The largest message that the host takes, in bytes; [Long#MAX_VALUE] where it names no limit
    /// (RFC 1870 §4: `SIZE` or `SIZE 0`).
    public long maxMessageSizeBytes() {
        List<String> size = offered.getOrDefault(Extension.SIZE.keyword(), List.of());
        if (size.isEmpty() || !isNumber(size.getFirst())) return Long.MAX_VALUE;
        long bytes = Long.parseLong(size.getFirst());
        return bytes == 0 ? Long.MAX_VALUE : bytes;
    }

    /// Whether it is digits alone, few enough for a `long`.
    private static boolean isNumber(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) < '0' || word.charAt(i) > '9') return false;
        }
        return !word.isEmpty() && word.length() <= MAX_SIZE_DIGITS;
    }

    /// What the host lets one connection carry (RFC 9422 §4). A limit that is no number from 1 to
    /// 999,999 is none.
    public HostLimits limits() {
        return new HostLimits(limit("MAILMAX"), limit("RCPTMAX"), limit("RCPTDOMAINMAX"));
    }

    /// The least, where a host names one twice.
    private int limit(String name) {
        return offered.getOrDefault("LIMITS", List.of()).stream()
                .filter(word -> word.matches(name + "=[1-9][0-9]{0,5}"))
                .mapToInt(word -> Integer.parseInt(word.substring(name.length() + 1)))
                .min()
                .orElse(HostLimits.NO_LIMIT);
    }

    /// SASL mechanisms (RFC 4954 §3).
    public Set<String> authMechanisms() {
        return Set.copyOf(offered.getOrDefault(Extension.AUTH.keyword(), List.of()));
    }
}
