package relay.core.simulation;

import java.util.List;

/// One thing that a host does wrong on a connection: at the `occurrence`th time (from 0) that it
/// comes to `point`.
record Fault(Point point, int occurrence, Kind kind) {
    enum Point {
        GREETING,
        EHLO,
        STARTTLS,
        AUTH,
        MAIL,
        RCPT,
        DATA,
        BODY,
        DOT,
        RSET,
        QUIT
    }

    enum Kind {
        CUT_BEFORE,
        /// It does what it was asked for, and the reply is lost.
        CUT_AFTER,
        /// The reply leaves, then the connection breaks.
        CUT_BEHIND_REPLY,
        STALL_BEFORE,
        STALL_AFTER,
        SLOW,
        TEMPORARY,
        PERMANENT,
        CLOSING,
        GARBAGE;

        /// Whether the relay hears no reply, so that it may take the host to be gone.
        boolean isNoReply() {
            return switch (this) {
                case CUT_BEFORE,
                        CUT_AFTER,
                        CUT_BEHIND_REPLY,
                        STALL_BEFORE,
                        STALL_AFTER,
                        SLOW,
                        GARBAGE ->
                        true;
                case TEMPORARY, PERMANENT, CLOSING -> false;
            };
        }
    }

    private static final List<Point> LIKELY =
            List.of(Point.MAIL, Point.RCPT, Point.DATA, Point.BODY, Point.DOT, Point.DOT);

    static Fault draw(Luck luck) {
        Point point = luck.oneIn(2) ? luck.of(LIKELY) : luck.of(Point.values());
        return new Fault(point, luck.upTo(luck.of(1, 1, 3)), luck.of(Kind.values()));
    }
}
