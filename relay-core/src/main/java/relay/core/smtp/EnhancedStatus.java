package relay.core.smtp;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An enhanced mail system status code, `class.subject.detail` (RFC 3463 §2). The class is 2, 4 or
/// 5.
public record EnhancedStatus(int statusClass, int subject, int detail) {
    private static final Pattern AT_START =
            Pattern.compile("([245])\\.([0-9]{1,3})\\.([0-9]{1,3})(?= |$)");

    public EnhancedStatus {
        if (statusClass != 2 && statusClass != 4 && statusClass != 5) {
            throw new IllegalArgumentException("status class " + statusClass);
        }
        if (subject < 0 || subject > 999 || detail < 0 || detail > 999) {
            throw new IllegalArgumentException(
                    "status " + statusClass + "." + subject + "." + detail);
        }
    }

    /// The code at the start of a reply's text, where there is one (RFC 2034 §4).
    public static Optional<EnhancedStatus> atStartOf(String text) {
        Matcher matcher = AT_START.matcher(text);
        if (!matcher.lookingAt()) return Optional.empty();
        return Optional.of(
                new EnhancedStatus(
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3))));
    }

    /// The same status, permanent: what a temporary trouble becomes when the relay gives up.
    public EnhancedStatus permanent() {
        return new EnhancedStatus(5, subject, detail);
    }

    /// The same status, temporary.
    public EnhancedStatus temporary() {
        return new EnhancedStatus(4, subject, detail);
    }

    @Override
    public String toString() {
        return statusClass + "." + subject + "." + detail;
    }
}
