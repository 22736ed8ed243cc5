package relay.server.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryStatus;

/// Which of the selected messages are wanted, and how many at the most: `limit`, `sender` (an
/// address, a domain, or `<>`), `status` (`queued`, `held`) and `olderThan` (`4h`).
///
/// `scan` says whether more must be read than is shown.
record MessageQuery(Predicate<QueueEntry> wanted, int limit, Scan scan) {
    /// How many messages an answer has where the request does not say.
    static final int DEFAULT_LIMIT = 1000;

    /// The most messages that an answer has, and that are looked at in each lane.
    static final int MAX_LIMIT = 10_000;

    private static final Pattern AGE = Pattern.compile("([0-9]{1,9})([smhd])");

    enum Scan {
        AS_MANY_AS_WANTED,
        AS_MANY_AS_ALLOWED
    }

    sealed interface Read {
        record Understood(MessageQuery query) implements Read {}

        record Wrong(String why) implements Read {}
    }

    /// `values` gives all values of a parameter.
    static Read read(Function<String, List<String>> values, Instant now) {
        Predicate<QueueEntry> wanted = _ -> true;
        var scan = Scan.AS_MANY_AS_WANTED;
        int limit = DEFAULT_LIMIT;
        for (String text : values.apply("limit")) {
            Optional<Integer> number = limit(text);
            if (number.isEmpty()) {
                return new Read.Wrong("limit is a number from 1 to " + MAX_LIMIT);
            }
            limit = number.get();
        }
        for (String sender : values.apply("sender")) {
            wanted = wanted.and(isFrom(sender.toLowerCase(Locale.ROOT)));
            scan = Scan.AS_MANY_AS_ALLOWED;
        }
        for (String status : values.apply("status")) {
            Optional<EntryStatus> known = status(status);
            if (known.isEmpty()) return new Read.Wrong("status is queued or held");
            wanted = wanted.and(entry -> entry.status() == known.get());
            scan = Scan.AS_MANY_AS_ALLOWED;
        }
        for (String age : values.apply("olderThan")) {
            Optional<Duration> span = age(age);
            if (span.isEmpty()) return new Read.Wrong("olderThan is a time such as 30m, 4h, 2d");
            Instant before = now.minus(span.get());
            wanted = wanted.and(entry -> entry.envelope().acceptedAt().isBefore(before));
        }
        return new Read.Understood(new MessageQuery(wanted, limit, scan));
    }

    private static Predicate<QueueEntry> isFrom(String sender) {
        return entry ->
                switch (entry.envelope().sender()) {
                    case ReversePath.Null _ -> sender.equals("<>");
                    case ReversePath.Sender(Mailbox from) ->
                            sender.equals(from.domain().name())
                                    || sender.equals(from.toString().toLowerCase(Locale.ROOT));
                };
    }

    private static Optional<EntryStatus> status(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "queued" -> Optional.of(EntryStatus.QUEUED);
            case "held" -> Optional.of(EntryStatus.HELD);
            default -> Optional.empty();
        };
    }

    private static Optional<Duration> age(String text) {
        Matcher parts = AGE.matcher(text);
        if (!parts.matches()) return Optional.empty();
        long number = Long.parseLong(parts.group(1));
        return Optional.of(
                switch (parts.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }

    private static Optional<Integer> limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            return limit >= 1 && limit <= MAX_LIMIT ? Optional.of(limit) : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
