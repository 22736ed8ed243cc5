package relay.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.queue.QueueEntry.EntryId;

/// Names of messages, as operators copy them from logs.
class QueueIdTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 31, 32, 1L << 50, (1L << 60) - 1, Long.MAX_VALUE})
    void aNameIsReadInAnyCase(long value) {
        var id = new QueueId(value);
        assertThat(QueueId.parse(id.toString())).contains(id);
        assertThat(QueueId.parse(id.toString().toLowerCase(Locale.ROOT))).contains(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "W", "1 ", "bank-w", "7VVVVVVVVVVVW", "80000000000000"})
    void whatNamesNoMessageIsNone(String text) {
        assertThat(QueueId.parse(text)).isEmpty();
    }

    @Test
    void theEntriesOfAMessageAreToldApart() {
        var id = new QueueId(1L << 50);
        assertThat(List.of(new EntryId(id, 0), new EntryId(id, 1), new EntryId(id, 2)))
                .extracting(EntryId::toString)
                .containsExactly("10000000000", "10000000000/1", "10000000000/2");
    }
}
