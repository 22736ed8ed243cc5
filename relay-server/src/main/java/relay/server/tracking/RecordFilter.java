package relay.server.tracking;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import relay.core.queue.QueueId;

/// Which records are asked for: those from `start` until before `end` for which every other test
/// holds. Sifts lines by their bytes first, since most are not wanted and need no parsing.
final class RecordFilter {
    private static final List<String> EVENTS =
            List.of(
                    "RECEIVE",
                    "SEND",
                    "DEFER",
                    "FAIL",
                    "DSN",
                    "DROP",
                    "REDIRECT",
                    "RESUBMIT",
                    "START",
                    "STOP",
                    "GAP");

    /// A lane's trouble has this in the place of a message's id.
    private static final byte[] LANE_TROUBLE = RecordShape.ascii("DEFER\",\"waiting\":");

    private final byte[] start;
    private final byte[] end;
    private final List<byte[]> events = new ArrayList<>();
    private final List<byte[]> needles = new ArrayList<>();
    private final List<Predicate<TrackedRecord>> tests = new ArrayList<>();

    private LaneTroubles laneTroubles = LaneTroubles.AS_OTHERS;

    private enum LaneTroubles {
        AS_OTHERS,
        TOO
    }

    private RecordFilter(Instant start, Instant end) {
        this.start = RecordShape.ascii(RecordShape.time(start));
        this.end = RecordShape.ascii(RecordShape.time(end));
    }

    /// Throws [BadSelectionException] with a message for whoever asked.
    static RecordFilter of(Selection wanted) {
        var filter = new RecordFilter(wanted.start(), wanted.end());
        if (!wanted.event().isEmpty()) filter.event(wanted.event());
        if (!wanted.id().isEmpty()) filter.id(wanted.id());
        if (!wanted.connector().isEmpty()) filter.connector(wanted.connector());
        if (!wanted.sender().isEmpty()) {
            var pattern = pattern(wanted.sender());
            filter.needles.add(pattern.needle());
            filter.tests.add(record -> pattern.matches(record.text("sender")));
        }
        if (!wanted.recipient().isEmpty()) {
            var pattern = pattern(wanted.recipient());
            filter.needles.add(pattern.needle());
            filter.tests.add(record -> !record.recipients(pattern).isEmpty());
        }
        return filter;
    }

    /// The same, and the troubles of every lane.
    static RecordFilter withLaneTroubles(Selection wanted) {
        RecordFilter filter = of(wanted);
        filter.laneTroubles = LaneTroubles.TOO;
        return filter;
    }

    static RecipientPattern pattern(String text) {
        return RecipientPattern.parse(text)
                .orElseThrow(() ->
                        new BadSelectionException("neither a mail address nor a domain: " + text));
    }

    private void event(String text) {
        String event = text.toUpperCase(Locale.ROOT);
        if (!EVENTS.contains(event)) {
            throw new BadSelectionException(
                    "no such event: " + text + " (" + String.join(", ", EVENTS) + ")");
        }
        events.add(word(event));
    }

    private void id(String text) {
        int slash = text.indexOf('/');
        String id = slash < 0 ? text : text.substring(0, slash);
        Optional<QueueId> message = QueueId.parse(id);
        boolean good = slash < 0 || text.substring(slash + 1).matches("[0-9]{1,9}");
        if (message.isEmpty() || !good) {
            throw new BadSelectionException("no queue id: " + text);
        }
        needles.add(RecordShape.ascii("\"" + message.get() + "\""));
        String wanted = message.get().toString();
        if (slash < 0) {
            tests.add(record ->
                    record.text("id").equals(wanted) || record.text("about").equals(wanted));
        } else {
            int entry = Integer.parseInt(text.substring(slash + 1));
            tests.add(record -> record.text("id").equals(wanted) && record.entry() == entry);
        }
    }

    private void connector(String name) {
        tests.add(record ->
                record.text("connector").equals(name)
                        || record.text("receiveConnector").equals(name));
    }

    private static byte[] word(String event) {
        return RecordShape.ascii(event + "\"");
    }

    boolean isBefore(byte[] line, int from) {
        return RecordShape.compareTime(line, from, start) < 0;
    }

    /// Whether a line that fits may be wanted.
    boolean mayMatch(byte[] line, int from, int to) {
        if (isBefore(line, from) || RecordShape.compareTime(line, from, end) >= 0) return false;
        if (laneTroubles == LaneTroubles.TOO && isLaneTrouble(line, from, to)) return true;
        if (!events.isEmpty()
                && events.stream().noneMatch(word -> RecordShape.isEvent(line, from, to, word))) {
            return false;
        }
        for (byte[] needle : needles) {
            if (!RecordShape.contains(line, from, to, needle)) return false;
        }
        return true;
    }

    private static boolean isLaneTrouble(byte[] line, int from, int to) {
        return RecordShape.isEvent(line, from, to, LANE_TROUBLE);
    }

    boolean matches(TrackedRecord record) {
        boolean laneTrouble = record.event().equals("DEFER") && record.text("id").isEmpty();
        if (laneTrouble && laneTroubles == LaneTroubles.TOO) return true;
        return tests.stream().allMatch(test -> test.test(record));
    }
}
