package relay.core.smtp;

import relay.core.smtp.ContentFacts.TlsRequired;

/// Looks for the header field `TLS-Required: No` (RFC 8689 §3) in a content that comes in pieces.
/// Keeps no octet of it. Confined to one thread.
final class TlsRequiredField {
    private static final String NAME = "tls-required:";

    private State state = State.LINE_START;
    private int matched;
    private int fields;
    private int saidNo;

    private enum State {
        LINE_START,
        NAME,
        BEFORE_VALUE,
        /// The line has ended before a value: the next one may have it.
        FOLDED,
        VALUE,
        AFTER_VALUE,
        /// The line has ended behind `No`: the field has, unless the next line goes on with it.
        ENDED,
        OTHER,
        BODY
    }

    /// Reads the content's next octets, `bytes[from, to)`.
    void read(byte[] bytes, int from, int to) {
        for (int i = from; i < to && state != State.BODY; i++) state = next((char) bytes[i]);
    }

    /// Complete once the content has ended.
    TlsRequired found() {
        int no = state == State.ENDED ? saidNo + 1 : saidNo;
        return fields == 1 && no == 1 ? TlsRequired.NO : TlsRequired.NOT_SAID;
    }

    private State next(char octet) {
        boolean blank = octet == ' ' || octet == '\t';
        return switch (state) {
            case LINE_START -> lineStart(octet);
            case NAME -> name(octet, blank);
            case BEFORE_VALUE -> beforeValue(octet, blank);
            case FOLDED -> blank ? State.BEFORE_VALUE : lineStart(octet);
            case VALUE -> octet == 'o' || octet == 'O' ? State.AFTER_VALUE : other(octet);
            case AFTER_VALUE -> afterValue(octet, blank);
            case ENDED -> ended(octet, blank);
            case OTHER -> other(octet);
            case BODY -> State.BODY;
        };
    }

    private State lineStart(char octet) {
        if (octet == '\r') return State.BODY;
        matched = 0;
        return name(octet, false);
    }

    private State name(char octet, boolean blank) {
        if (blank && matched == NAME.length() - 1) return State.NAME;
        if (Character.toLowerCase(octet) != NAME.charAt(matched)) return other(octet);
        if (++matched < NAME.length()) return State.NAME;
        fields++;
        return State.BEFORE_VALUE;
    }

    private State beforeValue(char octet, boolean blank) {
        if (octet == '\n') return State.FOLDED;
        if (octet == 'n' || octet == 'N') return State.VALUE;
        return blank || octet == '\r' ? State.BEFORE_VALUE : State.OTHER;
    }

    private State afterValue(char octet, boolean blank) {
        if (octet == '\n') return State.ENDED;
        return blank || octet == '\r' ? State.AFTER_VALUE : State.OTHER;
    }

    private State ended(char octet, boolean blank) {
        if (blank) return State.OTHER;
        saidNo++;
        return lineStart(octet);
    }

    private static State other(char octet) {
        return octet == '\n' ? State.LINE_START : State.OTHER;
    }
}
