package relay.core.smtp;

import java.util.Optional;

/// An enhanced mail system status code, `class.subject.detail` (RFC 3463 §2). The class is 2, 4 or
/// 5.
public record EnhancedStatus(int statusClass, int subject, int detail) {
    private static final int MAX_DIGITS = 3;

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
        int blank = text.indexOf(' ');
        int end = blank < 0 ? text.length() : blank;
        int secondDot = text.indexOf('.', 2);
        if (secondDot < 0 || secondDot >= end || text.charAt(1) != '.') return Optional.empty();
        int statusClass = "245".indexOf(text.charAt(0)) < 0 ? -1 : text.charAt(0) - '0';
        int subject = number(text, 2, secondDot);
        int detail = number(text, secondDot + 1, end);
        return statusClass < 0 || subject < 0 || detail < 0
                ? Optional.empty()
                : Optional.of(new EnhancedStatus(statusClass, subject, detail));
    }

    /// The number of one to three digits that is `text[from, to)`; -1 where that is none.
    private static int number(String text, int from, int to) {
        if (from == to || to - from > MAX_DIGITS) return -1;
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') return -1;
            number = number * 10 + c - '0';
        }
        return number;
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
