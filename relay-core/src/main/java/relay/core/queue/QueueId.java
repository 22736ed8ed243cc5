package relay.core.queue;

import java.util.Locale;
import java.util.Optional;

/// Names one message in the queue, in logs, in the Received field and in the reply to its client.
/// Later messages have greater values. Written in 11 to 13 characters, `0`-`9` and `A`-`V`.
public record QueueId(long value) implements Comparable<QueueId> {
    private static final int RADIX = 32;

    public QueueId {
        if (value <= 0) throw new IllegalArgumentException("queue id " + value);
    }

    /// Reads what [#toString] wrote, in any case.
    public static Optional<QueueId> parse(String text) {
        try {
            long value = Long.parseLong(text, RADIX);
            return value > 0 ? Optional.of(new QueueId(value)) : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(QueueId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value, RADIX).toUpperCase(Locale.ROOT);
    }
}
