package relay.core.tls;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a domain says of the TLS of its MX hosts in its MTA-STS policy file (RFC 8461 §3.2).
///
/// `mx` has host names and patterns: `*.example.org` stands for every name with one label more. At
/// least one, except in mode `none`. `maxAge` is how long the policy holds from when it was
/// fetched.
public record StsPolicy(Mode mode, List<String> mx, Duration maxAge) {
    /// RFC 8461 §3.3.
    public static final int MAX_BYTES = 64 << 10;

    private static final long MAX_AGE_SECONDS = 31_557_600;
    private static final String WILDCARD = "*.";
    private static final Pattern LINE_END = Pattern.compile("\r?\n");
    private static final Pattern FIELD =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):([\\P{Cntrl}\t]*)");
    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern HOST = Pattern.compile(LABEL + "(?:\\." + LABEL + "){0,126}");
    private static final int MAX_HOST_OCTETS = 255;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    public StsPolicy {
        mx = List.copyOf(mx);
    }

    /// How far the policy binds us (RFC 8461 §5).
    public enum Mode {
        /// A host that does not fit gets no mail.
        ENFORCE("enforce"),
        /// A host that does not fit is reported, and gets its mail.
        TESTING("testing"),
        /// There is no policy any more.
        NONE("none");

        private final String label;

        Mode(String label) {
            this.label = label;
        }

        /// The word in policy files, metrics and JSON.
        public String label() {
            return label;
        }

        private static Optional<Mode> of(String text) {
            return List.of(values()).stream().filter(mode -> mode.label.equals(text)).findFirst();
        }
    }

    /// What a policy file turned out to be.
    public sealed interface Parsed {
        record Valid(StsPolicy policy) implements Parsed {}

        /// `why` is for people.
        record Invalid(String why) implements Parsed {}
    }

    /// Reads a policy file: `name: value` lines that end in LF or CR LF, in any order; names we do
    /// not know are passed over; of a name that stands twice the first counts, but for `mx`. Every
    /// other fault makes the file invalid.
    public static Parsed parse(byte[] file) {
        if (file.length > MAX_BYTES) return new Parsed.Invalid("larger than 64 KiB");
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
            return new Parsed.Valid(read(text));
        } catch (CharacterCodingException _) {
            return new Parsed.Invalid("not UTF-8");
        } catch (InvalidPolicyException e) {
            return new Parsed.Invalid(e.why);
        }
    }

    /// Whether the policy lists the MX host `host` (lower case, A-labels; RFC 8461 §4.1).
    public boolean lists(String host) {
        return mx.stream().anyMatch(pattern -> fits(host, pattern));
    }

    static boolean fits(String host, String pattern) {
        if (!pattern.startsWith(WILDCARD)) return host.equals(pattern);
        int dot = host.indexOf('.');
        return dot > 0 && host.substring(dot + 1).equals(pattern.substring(WILDCARD.length()));
    }

    private static StsPolicy read(String text) {
        var once = new LinkedHashMap<String, String>();
        var mx = new ArrayList<String>();
        for (String line : LINE_END.split(text, -1)) {
            if (line.isBlank()) continue;
            var field = FIELD.matcher(line);
            if (!field.matches()) throw new InvalidPolicyException("not a field: " + shown(line));
            String value = field.group(2).strip();
            if (field.group(1).equals("mx")) mx.add(pattern(value));
            else once.putIfAbsent(field.group(1), value);
        }
        if (!required(once, "version").equals("STSv1")) {
            throw new InvalidPolicyException("version is not STSv1");
        }
        Mode mode =
                Mode.of(required(once, "mode"))
                        .orElseThrow(() ->
                                new InvalidPolicyException(
                                        "mode is none of enforce, testing, none"));
        if (mx.isEmpty() && mode != Mode.NONE) throw new InvalidPolicyException("no mx");
        return new StsPolicy(mode, mx, maxAge(required(once, "max_age")));
    }

    private static String required(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name))
                .orElseThrow(() -> new InvalidPolicyException("no " + name));
    }

    private static String pattern(String text) {
        String pattern = text.toLowerCase(Locale.ROOT);
        String host = pattern.startsWith(WILDCARD) ? pattern.substring(WILDCARD.length()) : pattern;
        if (host.length() > MAX_HOST_OCTETS || !HOST.matcher(host).matches()) {
            throw new InvalidPolicyException("not an MX host: " + shown(text));
        }
        return pattern;
    }

    private static Duration maxAge(String text) {
        if (!NUMBER.matcher(text).matches() || Long.parseLong(text) > MAX_AGE_SECONDS) {
            throw new InvalidPolicyException(
                    "max_age is not a number from 0 to " + MAX_AGE_SECONDS + ": " + shown(text));
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }

    private static String shown(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    @SuppressWarnings("serial") // never leaves this class
    private static final class InvalidPolicyException extends RuntimeException {
        private final String why;

        InvalidPolicyException(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }
}
