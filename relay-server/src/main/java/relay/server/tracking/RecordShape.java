package relay.server.tracking;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// How every line begins, so that it can be sifted by time and event without being parsed:
/// `{"time":"2026-11-24T12:00:00.123Z","event":"SEND"`, and it ends with `}`. ASCII alone.
final class RecordShape {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final byte[] BEFORE_TIME = ascii("{\"time\":\"");
    private static final byte[] BEFORE_EVENT = ascii("\",\"event\":\"");
    private static final int TIME_LENGTH = "2026-11-24T12:00:00.123Z".length();
    private static final int TIME_AT = BEFORE_TIME.length;
    private static final int EVENT_AT = TIME_AT + TIME_LENGTH + BEFORE_EVENT.length;

    private RecordShape() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// In UTC, with milliseconds always, so that the order of texts is that of times.
    static String time(Instant time) {
        return TIME.format(time);
    }

    /// Whether `line[from, to)` can be a record.
    static boolean fits(byte[] line, int from, int to) {
        return to - from > EVENT_AT
                && startsWith(line, from, BEFORE_TIME)
                && startsWith(line, from + TIME_AT + TIME_LENGTH, BEFORE_EVENT)
                && line[to - 1] == '}';
    }

    /// Compares the time of a line that fits with `time`, as [#time] writes it.
    static int compareTime(byte[] line, int from, byte[] time) {
        for (int i = 0; i < TIME_LENGTH; i++) {
            int difference = line[from + TIME_AT + i] - time[i];
            if (difference != 0) return difference;
        }
        return 0;
    }

    static String timeOf(byte[] line, int from) {
        return new String(line, from + TIME_AT, TIME_LENGTH, StandardCharsets.US_ASCII);
    }

    /// Whether the event of a line that fits is `word`, which ends with the closing quote.
    static boolean isEvent(byte[] line, int from, int to, byte[] word) {
        return EVENT_AT + word.length <= to - from && startsWith(line, from + EVENT_AT, word);
    }

    static boolean contains(byte[] line, int from, int to, byte[] wanted) {
        int last = to - wanted.length;
        for (int i = from; i <= last; i++) {
            if (line[i] == wanted[0] && startsWith(line, i, wanted)) return true;
        }
        return false;
    }

    private static boolean startsWith(byte[] line, int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (line[at + i] != wanted[i]) return false;
        }
        return true;
    }
}
